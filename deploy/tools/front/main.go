// The native front: accepts gRPC calls for a decision point and hands it whole batches over one unix socket.
//
// Decide and DecideStream go as frames (see frames.go), so that the decision point pays no gRPC for them; every other call
// is passed on as it came to the decision point's own gRPC server on a second socket. Both sockets have mode 0600 and belong
// to one user: whoever can connect to them could read the decision point's keys as well. The front verifies client
// certificates (mTLS) and tells the decision point what was verified; it judges nothing and keeps nothing.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

type settings struct {
	listen, engine, rest   string
	certificate, key, root string
	maxMessage             int
	maxUnanswered          int
	drain                  time.Duration
}

func main() {
	var s settings
	flag.StringVar(&s.listen, "listen", "", "unix:///path or host:port")
	flag.StringVar(&s.engine, "engine", "", "socket that takes frames")
	flag.StringVar(&s.rest, "rest", "", "socket of the gRPC server for every other call")
	flag.StringVar(&s.certificate, "certificate", "", "server certificate, PEM; with -key and -client-authority: mTLS")
	flag.StringVar(&s.key, "key", "", "its key, PEM")
	flag.StringVar(&s.root, "client-authority", "", "authority of client certificates, PEM")
	flag.IntVar(&s.maxMessage, "max-message-bytes", 4<<20, "largest message")
	flag.IntVar(&s.maxUnanswered, "max-unanswered", 512, "requests of one stream that may wait for answers")
	flag.DurationVar(&s.drain, "drain", 5*time.Second, "time that calls have to end when the front is stopped")
	flag.Parse()
	if err := run(s); err != nil {
		fmt.Fprintln(os.Stderr, "front:", err)
		os.Exit(1)
	}
}

// run serves until SIGTERM or SIGINT, or until the decision point closes its socket.
func run(s settings) error {
	conn, err := net.Dial("unix", s.engine)
	if err != nil {
		return err
	}
	rest, err := grpc.NewClient("unix://"+s.rest, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(rawCodec{}), grpc.MaxCallRecvMsgSize(4*s.maxMessage)))
	if err != nil {
		return err
	}
	options := []grpc.ServerOption{
		grpc.ForceServerCodecV2(rawCodec{}),
		grpc.MaxRecvMsgSize(s.maxMessage),
		grpc.MaxConcurrentStreams(1024),
		grpc.MaxHeaderListSize(16 << 10),
		grpc.WaitForHandlers(true),
	}
	if s.certificate != "" {
		config, err := mutualTLS(s)
		if err != nil {
			return err
		}
		options = append(options, grpc.Creds(credentials.NewTLS(config)))
	}
	listener, err := listen(s.listen)
	if err != nil {
		return err
	}
	engine := newEngine(conn)
	front := &front{engine: engine, rest: rest, maxUnanswered: s.maxUnanswered}
	server := grpc.NewServer(append(options, grpc.UnknownServiceHandler(front.pass))...)
	server.RegisterService(front.decisions(), front)

	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	lost := make(chan error, 1)
	go func() { lost <- engine.read() }()
	go func() {
		select {
		case <-stop.Done():
			timer := time.AfterFunc(s.drain, server.Stop)
			server.GracefulStop()
			timer.Stop()
		case err := <-lost:
			// Nobody decides any more: calls that wait are refused by newEngine's end, and no new one is taken.
			lost <- err
			server.Stop()
		}
	}()
	fmt.Println("serving") // the decision point waits for this line
	if err := server.Serve(listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}

func mutualTLS(s settings) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(s.certificate, s.key)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(s.root)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in the file of the client authority")
	}
	return &tls.Config{
		Certificates: []tls.Certificate{pair},
		ClientCAs:    pool,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2"},
	}, nil
}

func listen(address string) (net.Listener, error) {
	path, isUnix := strings.CutPrefix(address, "unix:")
	if !isUnix {
		return net.Listen("tcp", address)
	}
	path = strings.TrimPrefix(path, "//")
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	// The socket must never exist with wider rights, not even for a moment.
	before := syscall.Umask(0o177)
	defer syscall.Umask(before)
	return net.Listen("unix", path)
}
