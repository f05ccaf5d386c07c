package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

// The file of requests: the magic, then records of
//
//	u32 length | u32 offset of the request id | u32 offset of the number | body
//
// little-endian. Offsets are into the body; noOffset means that there is none. At the request id stand idWidth
// characters, at the number numberWidth decimal digits; both are overwritten by ones that never repeat.
const (
	magic       = "WRITREQ1"
	noOffset    = 0xFFFFFFFF
	idWidth     = 24
	numberWidth = 9
	headerSize  = 12
	// firstNumber keeps the number at nine digits without a leading zero.
	firstNumber = 100_000_000
	numberRange = 900_000_000
)

type record struct {
	body     []byte
	idAt     uint32
	numberAt uint32
}

// requests hands out the records of a file round-robin. Safe for concurrent use.
type requests struct {
	records []record
	prefix  string
	next    atomic.Uint64
}

func loadRequests(path string) (*requests, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	rest, found := bytes.CutPrefix(data, []byte(magic))
	if !found {
		return nil, fmt.Errorf("`%s`: expected a file that starts with %s", path, magic)
	}
	// The prefix sets the runs of one benchmark apart, so that no run is answered from the claims of another.
	r := &requests{prefix: fmt.Sprintf("%012x", time.Now().UnixMicro()&0xFFFFFFFFFFFF)}
	for len(rest) > 0 {
		if len(rest) < headerSize || uint64(len(rest)-headerSize) < uint64(binary.LittleEndian.Uint32(rest)) {
			return nil, fmt.Errorf("`%s`: record %d is cut off", path, len(r.records))
		}
		length := binary.LittleEndian.Uint32(rest)
		entry := record{
			body:     rest[headerSize : headerSize+length],
			idAt:     binary.LittleEndian.Uint32(rest[4:]),
			numberAt: binary.LittleEndian.Uint32(rest[8:]),
		}
		if !fits(entry.idAt, idWidth, length) || !fits(entry.numberAt, numberWidth, length) {
			return nil, fmt.Errorf("`%s`: record %d has an offset outside its body", path, len(r.records))
		}
		r.records = append(r.records, entry)
		rest = rest[headerSize+length:]
	}
	if len(r.records) == 0 {
		return nil, fmt.Errorf("`%s`: expected one or more requests, got none", path)
	}
	return r, nil
}

func fits(offset, width, length uint32) bool {
	return offset == noOffset || uint64(offset)+uint64(width) <= uint64(length)
}

// make returns a fresh request and its sequence number, which is also the end of its request id.
func (r *requests) make() ([]byte, uint64) {
	sequence := r.next.Add(1)
	entry := &r.records[sequence%uint64(len(r.records))]
	if entry.idAt == noOffset && entry.numberAt == noOffset {
		return entry.body, sequence
	}
	body := bytes.Clone(entry.body)
	if entry.idAt != noOffset {
		copy(body[entry.idAt:], r.prefix)
		digits(body[entry.idAt+uint32(len(r.prefix)):entry.idAt+idWidth], sequence)
	}
	if entry.numberAt != noOffset {
		digits(body[entry.numberAt:entry.numberAt+numberWidth], firstNumber+sequence%numberRange)
	}
	return body, sequence
}

// digits fills the slice with the last digits of value.
func digits(into []byte, value uint64) {
	for i := len(into) - 1; i >= 0; i-- {
		into[i] = byte('0' + value%10)
		value /= 10
	}
}

// sequenceOf reads the sequence number back from a request id; 0 when it is none of ours.
func sequenceOf(id []byte) uint64 {
	if len(id) != idWidth {
		return 0
	}
	var value uint64
	for _, c := range id[idWidth/2:] {
		if c < '0' || c > '9' {
			return 0
		}
		value = value*10 + uint64(c-'0')
	}
	return value
}
