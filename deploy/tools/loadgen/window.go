package main

import (
	"sync"
	"sync/atomic"
	"time"
)

// samples is how many times memory is read within a window.
const samples = 20

// window is the measured time. Answers outside it are not counted.
type window struct {
	settings settings
	open     atomic.Bool
	closed   atomic.Bool
	decided  atomic.Int64
	length   time.Duration
	before   []usage
	after    []usage
	memory   []memorySample
	lock     sync.Mutex
	tallies  []*tally
}

type memorySample struct {
	Decisions int64            `json:"decisions"`
	RSSKiB    map[string]int64 `json:"rss_kib"`
}

// tally is what one caller saw, or many short-lived ones. Safe for concurrent use.
type tally struct {
	window    *window
	lock      sync.Mutex
	latencies []time.Duration
	lateness  []time.Duration
	outcomes  map[string]int64
	decided   int64
}

func newWindow(s settings) *window { return &window{settings: s} }

func (w *window) tally() *tally {
	t := &tally{window: w, outcomes: map[string]int64{}}
	w.lock.Lock()
	defer w.lock.Unlock()
	w.tallies = append(w.tallies, t)
	return t
}

func (t *tally) add(latency time.Duration, answers []answer) {
	if !t.window.open.Load() {
		return
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	t.latencies = append(t.latencies, latency)
	t.decided += int64(len(answers))
	for _, one := range answers {
		t.outcomes[one.outcome]++
	}
	t.window.decided.Add(int64(len(answers)))
}

func (t *tally) late(lateness time.Duration) {
	if t.window.open.Load() {
		t.lock.Lock()
		defer t.lock.Unlock()
		t.lateness = append(t.lateness, lateness)
	}
}

// run opens the window after the warm-up and closes it after its time or its count, whichever is first. In an open loop answers still count
// afterwards: they were due within the window.
func (w *window) run() {
	time.Sleep(w.settings.warmup)
	w.before = readAll(w.settings.watch)
	started := time.Now()
	w.open.Store(true)
	if w.settings.count > 0 {
		w.untilCount()
	} else {
		for range samples {
			time.Sleep(w.settings.duration / samples)
			w.sample()
		}
	}
	w.length = time.Since(started)
	w.after = readAll(w.settings.watch)
	w.closed.Store(true)
	if w.settings.rate == 0 {
		w.open.Store(false)
	}
}

func (w *window) untilCount() {
	until := time.Now().Add(w.settings.duration)
	for next := int64(1); next <= samples && time.Now().Before(until); next++ {
		for w.decided.Load() < w.settings.count*next/samples && time.Now().Before(until) {
			time.Sleep(pollCount)
		}
		w.sample()
	}
}

const pollCount = 2 * time.Millisecond

func (w *window) sample() {
	one := memorySample{Decisions: w.decided.Load(), RSSKiB: map[string]int64{}}
	for _, p := range readAll(w.settings.watch) {
		one.RSSKiB[p.name] = p.rssKiB
	}
	w.memory = append(w.memory, one)
}
