package main

import (
	"context"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
)

const (
	credentialNone, credentialBearer, credentialCertificate = 0, 1, 2

	// Metadata in which the certificate travels to the decision point's own gRPC server; what a caller sends under this name
	// is dropped.
	certificateKey = "writ-peer-certificate-bin"

	// W3C Trace Context; the decision point parses it, and takes none of another length.
	traceKey, traceChars = "traceparent", 55

	// Longest bearer token, with its scheme: the decision point refuses longer ones as well.
	maxTokenBytes = 8<<10 + 7

	// Longest life of a stream, 100 years: what lives longer does not end.
	maxExpiryMillis = 100 * 365 * 24 * 3600 * 1000
)

// raw is a message as it stands on the wire.
type raw struct{ data []byte }

type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(value any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(value.(*raw).data)}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, value any) error {
	value.(*raw).data = data.Materialize()
	return nil
}

type front struct {
	engine        *engine
	rest          *grpc.ClientConn
	maxUnanswered int
}

// decisions describes the calls that go as frames; the others of the service come to `pass`.
func (f *front) decisions() *grpc.ServiceDesc {
	return &grpc.ServiceDesc{
		ServiceName: "writ.v1.DecisionService",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Decide", Handler: f.decide}, f.unary("DecideBatch"), f.unary("WaitDecision"), f.unary("ReportOutcome")},
		Streams: []grpc.StreamDesc{
			{StreamName: "DecideStream", Handler: f.stream, ServerStreams: true, ClientStreams: true},
		},
	}
}

func (f *front) decide(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	var request raw
	if err := decode(&request); err != nil {
		return nil, err
	}
	done := make(chan answer, 1)
	token := f.engine.ask(f.peer(ctx), millisLeft(ctx), traceOf(ctx), request.data, func(a answer) { done <- a })
	select {
	case a := <-done:
		if a.code != 0 {
			return nil, refusal(ctx, a)
		}
		return &raw{a.response}, nil
	case <-ctx.Done():
		f.engine.gone(token)
		return nil, status.FromContextError(ctx.Err()).Err()
	}
}

// stream is DecideStream: answers go out as they come; nothing more is read from a caller with too many unanswered ones.
func (f *front) stream(_ any, stream grpc.ServerStream) error {
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	opened := make(chan answer, 1)
	f.engine.open(f.peer(ctx), func(a answer) { opened <- a })
	var first answer
	select {
	case first = <-opened:
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
	if first.code != 0 {
		return refusalOf(stream, first)
	}
	if len(first.response) != 8 {
		return status.Error(codes.Internal, "INTERNAL: an internal error; the decision point has logged its cause")
	}
	s := &streamed{
		front: f, engine: f.engine, stream: stream, tokens: map[uint64]uint64{},
		answers: make(chan []byte, f.maxUnanswered), room: make(chan struct{}, f.maxUnanswered),
	}
	expires := time.NewTimer(time.Duration(min(binary.LittleEndian.Uint64(first.response), maxExpiryMillis)) * time.Millisecond)
	defer expires.Stop()
	defer s.end()
	ended := make(chan error, 1)
	go func() { ended <- s.read(ctx) }()
	return s.write(ctx, ended, expires.C)
}

type streamed struct {
	front   *front
	engine  *engine
	stream  grpc.ServerStream
	answers chan []byte
	room    chan struct{}

	mutex  sync.Mutex
	tokens map[uint64]uint64 // of what is unanswered, by its number in the stream
	asked  uint64
	over   bool
}

func (s *streamed) read(ctx context.Context) error {
	trace := traceOf(ctx)
	for {
		var request raw
		if err := s.stream.RecvMsg(&request); err != nil {
			return err
		}
		select {
		case s.room <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		peer := s.front.peer(ctx) // it may have been forgotten since the stream began
		s.mutex.Lock()
		if s.over {
			s.mutex.Unlock()
			return io.EOF
		}
		s.asked++
		number := s.asked
		s.tokens[number] = s.engine.ask(peer, 0, trace, request.data, func(a answer) {
			s.mutex.Lock()
			delete(s.tokens, number)
			s.mutex.Unlock()
			s.answers <- a.response // never waits: there is room for everything that is unanswered
		})
		s.mutex.Unlock()
	}
}

func (s *streamed) write(ctx context.Context, ended <-chan error, expires <-chan time.Time) error {
	finished, expired := false, false
	for {
		if (finished || expired) && len(s.room) == 0 {
			if expired {
				return status.Error(codes.Unauthenticated, "CREDENTIAL_EXPIRED: the credential has expired")
			}
			return nil
		}
		select {
		case response := <-s.answers:
			if len(response) == 0 {
				return status.Error(codes.Unavailable, unavailable().detail)
			}
			if err := s.stream.SendMsg(&raw{response}); err != nil {
				return err
			}
			<-s.room
		case err := <-ended:
			if !errors.Is(err, io.EOF) {
				return err
			}
			finished, ended = true, nil
		case <-expires:
			expired, expires = true, nil
		case <-ctx.Done():
			return status.FromContextError(ctx.Err()).Err()
		}
	}
}

// end says that nobody waits for what is still unanswered.
func (s *streamed) end() {
	s.mutex.Lock()
	s.over = true
	tokens := slices.Collect(maps.Values(s.tokens))
	s.mutex.Unlock()
	for _, token := range tokens {
		s.engine.gone(token)
	}
}

// unary describes a call that is passed on.
func (f *front) unary(name string) grpc.MethodDesc {
	method := "/writ.v1.DecisionService/" + name
	return grpc.MethodDesc{
		MethodName: name,
		Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			var request, response raw
			if err := decode(&request); err != nil {
				return nil, err
			}
			var trailer metadata.MD
			err := f.rest.Invoke(f.outgoing(ctx), method, &request, &response, grpc.Trailer(&trailer))
			grpc.SetTrailer(ctx, trailer)
			return &response, err
		},
	}
}

// pass hands any other call on as it came: facts, health, reflection.
func (f *front) pass(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	ctx, cancel := context.WithCancel(f.outgoing(stream.Context()))
	defer cancel()
	description := grpc.StreamDesc{ServerStreams: true, ClientStreams: true}
	onward, err := f.rest.NewStream(ctx, &description, method)
	if err != nil {
		return err
	}
	go func() {
		for {
			var message raw
			if err := stream.RecvMsg(&message); err != nil {
				if errors.Is(err, io.EOF) {
					onward.CloseSend()
				} else {
					cancel()
				}
				return
			}
			if onward.SendMsg(&message) != nil {
				return // the error comes with the answer
			}
		}
	}()
	for {
		var message raw
		if err := onward.RecvMsg(&message); err != nil {
			stream.SetTrailer(onward.Trailer())
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := stream.SendMsg(&message); err != nil {
			return err
		}
	}
}

func (f *front) outgoing(ctx context.Context) context.Context {
	if trace := traceOf(ctx); trace != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, traceKey, trace)
	}
	kind, credential := credentialOf(ctx)
	switch kind {
	case credentialBearer:
		return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+credential)
	case credentialCertificate:
		return metadata.AppendToOutgoingContext(ctx, certificateKey, asPEM(credential))
	}
	return ctx
}

func (f *front) peer(ctx context.Context) uint32 {
	kind, credential := credentialOf(ctx)
	return f.engine.peer(kind, credential)
}

// credentialOf returns the bearer token, else the certificate that TLS verified, in DER.
func credentialOf(ctx context.Context) (byte, string) {
	values := metadata.ValueFromIncomingContext(ctx, "authorization")
	if len(values) > 0 {
		value := values[len(values)-1]
		if len(value) > 7 && len(value) <= maxTokenBytes && strings.EqualFold(value[:7], "bearer ") {
			return credentialBearer, value[7:]
		}
	}
	caller, ok := peer.FromContext(ctx)
	if !ok {
		return credentialNone, ""
	}
	info, ok := caller.AuthInfo.(credentials.TLSInfo)
	if !ok || len(info.State.VerifiedChains) == 0 {
		return credentialNone, ""
	}
	return credentialCertificate, string(info.State.PeerCertificates[0].Raw)
}

// traceOf returns the only traceparent of a call, "" for none; nobody has looked at more than its length.
func traceOf(ctx context.Context) string {
	values := metadata.ValueFromIncomingContext(ctx, traceKey)
	if len(values) != 1 || len(values[0]) != traceChars {
		return ""
	}
	return values[0]
}

// asPEM is how certificates travel to the decision point.
func asPEM(der string) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte(der)}))
}

func millisLeft(ctx context.Context) uint32 {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	return uint32(min(max(time.Until(deadline).Milliseconds(), 1), math.MaxUint32))
}

func refusal(ctx context.Context, a answer) error {
	reason, _, _ := strings.Cut(a.detail, ":")
	trailer := metadata.Pairs("writ-reason", reason)
	if id := field(field(a.response, responseError), errorDecisionID); len(id) > 0 {
		trailer.Set("writ-decision-id", string(id))
	}
	grpc.SetTrailer(ctx, trailer)
	return status.Error(codes.Code(a.code), a.detail)
}

// Numbers of DecideResponse.error and RequestError.decision_id.
const responseError, errorDecisionID = 3, 4

// field returns the first field of that number that is a string or message, nil for none.
func field(message []byte, wanted protowire.Number) []byte {
	for len(message) > 0 {
		number, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return nil
		}
		message = message[tag:]
		if number == wanted && kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(message)
			return value
		}
		size := protowire.ConsumeFieldValue(number, kind, message)
		if size < 0 {
			return nil
		}
		message = message[size:]
	}
	return nil
}

func refusalOf(stream grpc.ServerStream, a answer) error {
	reason, _, _ := strings.Cut(a.detail, ":")
	stream.SetTrailer(metadata.Pairs("writ-reason", reason))
	return status.Error(codes.Code(a.code), a.detail)
}
