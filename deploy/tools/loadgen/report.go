package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Report is what a run saw. Latencies are microseconds, exact (all samples are kept and sorted).
type Report struct {
	Mode        string             `json:"mode"`
	Callers     int                `json:"callers"`
	Connections int                `json:"connections"`
	Batch       int                `json:"batch,omitempty"`
	Rate        float64            `json:"rate,omitempty"`
	WindowS     float64            `json:"window_s"`
	Decisions   int64              `json:"decisions"`
	PerSecond   float64            `json:"decisions_per_s"`
	Latency     map[string]float64 `json:"latency_us"`
	Lateness    map[string]float64 `json:"lateness_us,omitempty"`
	Outcomes    map[string]int64   `json:"outcomes"`
	Errors      int64              `json:"errors"`
	CPU         map[string]float64 `json:"cpu_us_per_decision"`
	RSSKiB      map[string]int64   `json:"rss_kib"`
	Memory      []memorySample     `json:"memory"`
	Curve       []float64          `json:"curve_us"` // latency at percentiles 0, 1, … 100
}

func (w *window) report(s settings) *Report {
	r := &Report{
		Mode: s.mode, Callers: s.callers, Connections: s.connections, Rate: s.rate, WindowS: w.length.Seconds(),
		Outcomes: map[string]int64{}, CPU: map[string]float64{}, RSSKiB: map[string]int64{}, Memory: w.memory,
	}
	if s.mode == "batch" {
		r.Batch = s.batch
	}
	var latencies, lateness []time.Duration
	for _, t := range w.tallies {
		latencies = append(latencies, t.latencies...)
		lateness = append(lateness, t.lateness...)
		r.Decisions += t.decided
		for name, count := range t.outcomes {
			r.Outcomes[name] += count
			if strings.HasPrefix(name, "error:") {
				r.Errors += count
			}
		}
	}
	r.PerSecond = float64(r.Decisions) / w.length.Seconds()
	r.Latency, r.Curve = summary(latencies)
	if s.rate > 0 {
		r.Lateness, _ = summary(lateness)
	}
	for i, after := range w.after {
		r.CPU[after.name] = float64(after.cpuUS-w.before[i].cpuUS) / float64(max(r.Decisions, 1))
		r.RSSKiB[after.name] = after.rssKiB
	}
	return r
}

func summary(values []time.Duration) (map[string]float64, []float64) {
	if len(values) == 0 {
		return map[string]float64{}, nil
	}
	slices.Sort(values)
	at := func(share float64) float64 {
		return float64(values[min(int(share*float64(len(values))), len(values)-1)].Nanoseconds()) / 1000
	}
	curve := make([]float64, 101)
	for percent := range curve {
		curve[percent] = at(float64(percent) / 100)
	}
	return map[string]float64{
		"p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "p999": at(0.999), "max": at(1),
	}, curve
}

func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d decisions in %.2f s, %.0f/s\n", r.Mode, r.Decisions, r.WindowS, r.PerSecond)
	fmt.Fprintf(&b, "latency us: p50 %.0f, p90 %.0f, p99 %.0f, p99.9 %.0f, max %.0f\n",
		r.Latency["p50"], r.Latency["p90"], r.Latency["p99"], r.Latency["p999"], r.Latency["max"])
	if r.Lateness != nil {
		fmt.Fprintf(&b, "sent late us: p50 %.0f, p99 %.0f\n", r.Lateness["p50"], r.Lateness["p99"])
	}
	for _, name := range slices.Sorted(maps.Keys(r.CPU)) {
		fmt.Fprintf(&b, "%s: %.1f us CPU a decision, %d KiB resident\n", name, r.CPU[name], r.RSSKiB[name])
	}
	for _, name := range slices.Sorted(maps.Keys(r.Outcomes)) {
		fmt.Fprintf(&b, "%s: %d\n", name, r.Outcomes[name])
	}
	return strings.TrimSuffix(b.String(), "\n")
}
