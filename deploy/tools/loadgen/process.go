package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// A process under test.
type process struct {
	name string
	pid  int
}

// usage is what /proc says of a process (proc(5)). utime and stime are in ticks of 10 ms.
type usage struct {
	name   string
	cpuUS  int64
	rssKiB int64
}

const (
	tickUS  = 10_000
	pageKiB = 4
	// Fields after the name in parentheses, from 0.
	statUtime = 11
	statStime = 12
	statRSS   = 21
)

func parseWatch(text string) ([]process, error) {
	var watched []process
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		name, number, found := strings.Cut(part, "=")
		pid, err := strconv.Atoi(number)
		if !found || err != nil {
			return nil, fmt.Errorf("expected -watch name=pid,…, got `%s`", part)
		}
		if _, err := read(process{name: name, pid: pid}); err != nil {
			return nil, err
		}
		watched = append(watched, process{name: name, pid: pid})
	}
	return watched, nil
}

func read(p process) (usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		return usage{}, err
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	var numbers [3]int64
	for i, at := range []int{statUtime, statStime, statRSS} {
		if numbers[i], err = strconv.ParseInt(string(fields[at]), 10, 64); err != nil {
			return usage{}, err
		}
	}
	return usage{name: p.name, cpuUS: (numbers[0] + numbers[1]) * tickUS, rssKiB: numbers[2] * pageKiB}, nil
}

// readAll reads every watched process; one that has ended keeps zeros, which the report shows as a negative cost.
func readAll(watched []process) []usage {
	usages := make([]usage, len(watched))
	for i, p := range watched {
		one, err := read(p)
		if err != nil {
			one = usage{name: p.name}
		}
		usages[i] = one
	}
	return usages
}
