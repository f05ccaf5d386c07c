// Command loadgen drives a decision point, or a bare OPA, and prints what it saw as JSON.
//
// It is a process of its own so that its cost is not counted, and it reads the CPU and memory of the processes under
// test at the edges of the measured window, so that warm-up and start are not counted either. Requests are made
// beforehand and replayed as bytes; only the request ids differ.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

// settings are the command line, checked.
type settings struct {
	target      string
	mode        string
	callers     int
	connections int
	batch       int
	rate        float64
	poisson     bool
	warmup      time.Duration
	duration    time.Duration
	count       int64
	deadline    time.Duration
	requests    string
	token       string
	path        string
	out         string
	watch       []process
}

func parseFlags() (settings, error) {
	var s settings
	var watch string
	flag.StringVar(&s.target, "target", "", "address, for example unix:///run/pdp.sock")
	flag.StringVar(&s.mode, "mode", "unary", "unary, stream, batch or opa")
	flag.IntVar(&s.callers, "callers", 1, "closed loop: callers that wait for an answer before they ask again; open loop: streams")
	flag.IntVar(&s.connections, "connections", 1, "gRPC connections that the callers share")
	flag.IntVar(&s.batch, "batch", 32, "items of one DecideBatch")
	flag.Float64Var(&s.rate, "rate", 0, "requests a second, sent whether or not answers come (open loop); 0: closed loop")
	flag.BoolVar(&s.poisson, "poisson", false, "open loop: exponential gaps in place of equal ones")
	flag.DurationVar(&s.warmup, "warmup", time.Second, "time before the measured window")
	flag.DurationVar(&s.duration, "duration", 5*time.Second, "length of the measured window, with -count the longest")
	flag.Int64Var(&s.count, "count", 0, "closed loop: end the window after so many decisions")
	flag.DurationVar(&s.deadline, "deadline", 5*time.Second, "deadline of a unary call")
	flag.StringVar(&s.requests, "requests", "", "file of requests, see requests.go")
	flag.StringVar(&s.token, "token", "", "file with a bearer token")
	flag.StringVar(&s.path, "path", "/v1/data/writ/decisions?strict-builtin-errors=true", "mode opa: path and query")
	flag.StringVar(&s.out, "out", "text", "text or json")
	flag.StringVar(&watch, "watch", "", "processes under test, for example pdp=17,opa=18")
	flag.Parse()
	var err error
	if s.watch, err = parseWatch(watch); err != nil {
		return s, err
	}
	return s, s.check()
}

func (s settings) check() error {
	switch {
	case s.target == "" || s.requests == "":
		return errors.New("expected -target and -requests")
	case !strings.Contains(" unary stream batch opa ", " "+s.mode+" "):
		return fmt.Errorf("expected -mode unary, stream, batch or opa, got `%s`", s.mode)
	case s.callers < 1 || s.connections < 1 || s.batch < 1 || s.rate < 0:
		return errors.New("expected -callers, -connections and -batch of 1 or more and -rate of 0 or more")
	case s.rate > 0 && s.count > 0:
		return errors.New("expected -rate or -count, got both")
	case s.out != "text" && s.out != "json":
		return fmt.Errorf("expected -out text or json, got `%s`", s.out)
	}
	return nil
}

func main() {
	s, err := parseFlags()
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		os.Exit(2)
	}
	report, err := run(s)
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		os.Exit(1)
	}
	if s.out == "json" {
		err = json.NewEncoder(os.Stdout).Encode(report)
	} else {
		_, err = fmt.Println(report)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		os.Exit(1)
	}
}

func run(s settings) (*Report, error) {
	requests, err := loadRequests(s.requests)
	if err != nil {
		return nil, err
	}
	target, err := dial(s, requests)
	if err != nil {
		return nil, err
	}
	defer target.close()
	window := newWindow(s)
	if s.rate > 0 {
		err = openLoop(s, target, window)
	} else {
		err = closedLoop(s, target, window)
	}
	if err != nil {
		return nil, err
	}
	return window.report(s), nil
}
