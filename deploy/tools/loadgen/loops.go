package main

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// patience is how long an open loop waits for the last answers beyond their deadline.
	patience = time.Second
	// streakLimit ends a caller that gets nothing but errors.
	streakLimit = 1000
	// brokenPause keeps a caller that gets errors from spinning.
	brokenPause = time.Millisecond
)

// closedLoop runs callers that each wait for an answer before they ask again.
func closedLoop(s settings, t *target, w *window) error {
	var group sync.WaitGroup
	for number := range s.callers {
		ask, err := t.caller(number)
		if err != nil {
			return err
		}
		tally := w.tally()
		group.Go(func() { askUntilClosed(ask, tally, w) })
	}
	w.run()
	group.Wait()
	return nil
}

func askUntilClosed(ask func() []answer, tally *tally, w *window) {
	streak := 0
	for !w.closed.Load() && streak < streakLimit {
		started := time.Now()
		answers := ask()
		tally.add(time.Since(started), answers)
		if strings.HasPrefix(answers[0].outcome, "error:") {
			streak++
			time.Sleep(brokenPause)
		} else {
			streak = 0
		}
	}
}

// openLoop sends at a fixed rate, whether or not answers come. A latency counts from the time at which the request was
// due, so that a stall is seen by every request that it delays (coordinated omission).
func openLoop(s settings, t *target, w *window) error {
	send, wait, err := t.sender(s, w)
	if err != nil {
		return err
	}
	late := w.tally()
	finished := make(chan struct{})
	go func() { defer close(finished); pace(s, w, late, send) }()
	w.run()
	<-finished
	wait()
	w.open.Store(false)
	return nil
}

// pace calls send when a request is due. The runtime's timers are a millisecond coarse while it polls the network;
// nanosleep on a thread of its own is not.
func pace(s settings, w *window, late *tally, send func(due time.Time)) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	random := rand.New(rand.NewPCG(1, 2))
	due := time.Now()
	for !w.closed.Load() {
		if pause := time.Until(due); pause > 0 {
			interval := unix.NsecToTimespec(int64(pause))
			_ = unix.Nanosleep(&interval, nil)
			continue
		}
		late.late(time.Since(due))
		send(due)
		gap := 1.0
		if s.poisson {
			gap = random.ExpFloat64()
		}
		due = due.Add(time.Duration(gap / s.rate * float64(time.Second)))
	}
}

// sender returns how to send one request and how to wait for the answers that are still out.
func (t *target) sender(s settings, w *window) (send func(time.Time), wait func(), err error) {
	if s.mode == "stream" {
		return t.streamSender(s, w)
	}
	var group sync.WaitGroup
	var number int
	tally := w.tally()
	send = func(due time.Time) {
		number++
		caller := number
		group.Go(func() {
			var answers []answer
			switch s.mode {
			case "batch":
				answers = t.batch(caller)
			case "opa":
				answers = []answer{t.opa()}
			default:
				answers = []answer{t.unary(caller)}
			}
			tally.add(time.Since(due), answers)
		})
	}
	return send, func() { waitFor(&group, s.deadline+patience) }, nil
}

func (t *target) streamSender(s settings, w *window) (send func(time.Time), wait func(), err error) {
	var lock sync.Mutex
	var readers, unanswered sync.WaitGroup
	due := make(map[uint64]time.Time)
	sends := make([]func([]byte) error, s.callers)
	ends := make([]func() error, s.callers)
	tally := w.tally()
	for number := range s.callers {
		stream, err := t.stream(number)
		if err != nil {
			return nil, nil, err
		}
		sends[number] = func(request []byte) error { return stream.SendMsg(&request) }
		ends[number] = stream.CloseSend
		readers.Go(func() {
			for {
				var response []byte
				if err := stream.RecvMsg(&response); err != nil {
					if !w.closed.Load() {
						tally.add(0, []answer{failed(err)})
					}
					return
				}
				now, one := time.Now(), parsed(response)
				lock.Lock()
				sent, known := due[sequenceOf(one.id)]
				delete(due, sequenceOf(one.id))
				lock.Unlock()
				if known {
					tally.add(now.Sub(sent), []answer{one})
					unanswered.Done()
				} else {
					tally.add(0, []answer{{outcome: "error:ANSWER_NOT_ASKED_FOR"}})
				}
			}
		})
	}
	var number int
	send = func(at time.Time) {
		request, sequence := t.requests.make()
		lock.Lock()
		due[sequence] = at
		lock.Unlock()
		unanswered.Add(1)
		number++
		if err := sends[number%len(sends)](request); err != nil {
			unanswered.Done()
			tally.add(0, []answer{failed(err)})
		}
	}
	wait = func() {
		waitFor(&unanswered, s.deadline+patience)
		lock.Lock()
		for range due {
			tally.add(s.deadline, []answer{{outcome: "error:NO_ANSWER"}})
		}
		lock.Unlock()
		for _, end := range ends {
			_ = end()
		}
	}
	return send, wait, nil
}

func waitFor(group *sync.WaitGroup, limit time.Duration) {
	done := make(chan struct{})
	go func() { defer close(done); group.Wait() }()
	select {
	case <-done:
	case <-time.After(limit):
	}
}
