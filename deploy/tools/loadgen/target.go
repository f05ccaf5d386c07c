package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	decideMethod = "/writ.v1.DecisionService/Decide"
	streamMethod = "/writ.v1.DecisionService/DecideStream"
	batchMethod  = "/writ.v1.DecisionService/DecideBatch"
)

// raw sends and takes messages as bytes.
type raw struct{}

func (raw) Marshal(v any) ([]byte, error)      { return *v.(*[]byte), nil }
func (raw) Unmarshal(data []byte, v any) error { *v.(*[]byte) = bytes.Clone(data); return nil }
func (raw) Name() string                       { return "proto" }

// target is what is under test.
type target struct {
	settings settings
	requests *requests
	conns    []*grpc.ClientConn
	http     *http.Client
	context  context.Context
}

func dial(s settings, r *requests) (*target, error) {
	t := &target{settings: s, requests: r, context: context.Background()}
	if s.token != "" {
		token, err := os.ReadFile(s.token)
		if err != nil {
			return nil, err
		}
		t.context = metadata.AppendToOutgoingContext(t.context, "authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	if s.mode == "opa" {
		t.http = unixClient(s)
		return t, nil
	}
	for range s.connections {
		conn, err := grpc.NewClient(
			s.target,
			grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})),
		)
		if err != nil {
			return nil, err
		}
		t.conns = append(t.conns, conn)
	}
	return t, nil
}

func unixClient(s settings) *http.Client {
	socket := strings.TrimPrefix(s.target, "unix://")
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
		MaxIdleConns:        s.callers + 64,
		MaxIdleConnsPerHost: s.callers + 64,
		DisableCompression:  true,
	}}
}

func (t *target) close() {
	for _, conn := range t.conns {
		_ = conn.Close()
	}
}

func (t *target) conn(caller int) *grpc.ClientConn { return t.conns[caller%len(t.conns)] }

// caller returns a function that asks once and waits for the answers; used by one goroutine at a time.
func (t *target) caller(number int) (func() []answer, error) {
	switch t.settings.mode {
	case "stream":
		return t.streamCaller(number)
	case "batch":
		return func() []answer { return t.batch(number) }, nil
	case "opa":
		return func() []answer { return []answer{t.opa()} }, nil
	default:
		return func() []answer { return []answer{t.unary(number)} }, nil
	}
}

func (t *target) unary(number int) answer {
	ctx, cancel := context.WithTimeout(t.context, t.settings.deadline)
	defer cancel()
	request, _ := t.requests.make()
	var response []byte
	if err := t.conn(number).Invoke(ctx, decideMethod, &request, &response); err != nil {
		return failed(err)
	}
	return parsed(response)
}

func (t *target) batch(number int) []answer {
	ctx, cancel := context.WithTimeout(t.context, t.settings.deadline)
	defer cancel()
	bodies := make([][]byte, t.settings.batch)
	for i := range bodies {
		bodies[i], _ = t.requests.make()
	}
	request := batchRequest(bodies)
	var response []byte
	if err := t.conn(number).Invoke(ctx, batchMethod, &request, &response); err != nil {
		return []answer{failed(err)}
	}
	answers, err := parseBatch(response)
	if err != nil {
		return []answer{failed(err)}
	}
	return answers
}

func (t *target) stream(number int) (grpc.ClientStream, error) {
	description := &grpc.StreamDesc{StreamName: "DecideStream", ServerStreams: true, ClientStreams: true}
	return t.conn(number).NewStream(t.context, description, streamMethod)
}

func (t *target) streamCaller(number int) (func() []answer, error) {
	stream, err := t.stream(number)
	if err != nil {
		return nil, err
	}
	return func() []answer {
		request, _ := t.requests.make()
		if err := stream.SendMsg(&request); err != nil {
			return []answer{failed(stream.RecvMsg(new([]byte)))}
		}
		var response []byte
		if err := stream.RecvMsg(&response); err != nil {
			return []answer{failed(err)}
		}
		return []answer{parsed(response)}
	}, nil
}

func (t *target) opa() answer {
	body, _ := t.requests.make()
	response, err := t.http.Post("http://opa"+t.settings.path, "application/json", bytes.NewReader(body))
	if err != nil {
		return answer{outcome: "error:" + err.Error()}
	}
	content, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		return answer{outcome: "error:" + err.Error()}
	}
	if response.StatusCode != http.StatusOK {
		return answer{outcome: fmt.Sprintf("error:HTTP_%d", response.StatusCode)}
	}
	return parseOPA(content)
}

func parsed(response []byte) answer {
	a, err := parseResponse(response)
	if err != nil {
		return failed(err)
	}
	return a
}

// failed names an error by its gRPC code and the reason in front of the colon of its message.
func failed(err error) answer {
	if err == nil || err == io.EOF {
		return answer{outcome: "error:STREAM_ENDED"}
	}
	s, known := status.FromError(err)
	if !known || s.Code() == codes.Unknown {
		return answer{outcome: "error:" + err.Error()}
	}
	reason, _, _ := strings.Cut(s.Message(), ":")
	return answer{outcome: "error:" + s.Code().String() + ":" + reason}
}
