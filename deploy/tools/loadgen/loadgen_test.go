package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, records ...record) string {
	t.Helper()
	data := []byte(magic)
	for _, one := range records {
		data = binary.LittleEndian.AppendUint32(data, uint32(len(one.body)))
		data = binary.LittleEndian.AppendUint32(data, one.idAt)
		data = binary.LittleEndian.AppendUint32(data, one.numberAt)
		data = append(data, one.body...)
	}
	path := filepath.Join(t.TempDir(), "requests.bin")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEveryRequestGetsItsOwnIdAndNumber(t *testing.T) {
	body := []byte("<" + strings.Repeat("0", idWidth) + ">" + strings.Repeat("0", numberWidth))
	r, err := loadRequests(write(t, record{body: body, idAt: 1, numberAt: idWidth + 2}))
	if err != nil {
		t.Fatal(err)
	}
	first, one := r.make()
	second, two := r.make()
	if string(first) == string(second) || one == two {
		t.Fatalf("expected two different requests, got %q twice", first)
	}
	if got := sequenceOf(first[1 : 1+idWidth]); got != one {
		t.Fatalf("expected sequence %d in the id, got %d", one, got)
	}
	if got := string(first[idWidth+2:]); got != "100000001" {
		t.Fatalf("expected number 100000001, got %s", got)
	}
}

func TestAFileThatIsCutOffIsRefused(t *testing.T) {
	path := write(t, record{body: []byte("abc"), idAt: noOffset, numberAt: noOffset})
	data, _ := os.ReadFile(path)
	for size := range len(data) {
		if err := os.WriteFile(path, data[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadRequests(path); err == nil {
			t.Fatalf("expected an error for %d of %d bytes, got none", size, len(data))
		}
	}
}

func TestAnOffsetOutsideTheBodyIsRefused(t *testing.T) {
	if _, err := loadRequests(write(t, record{body: make([]byte, idWidth), idAt: 1, numberAt: noOffset})); err == nil {
		t.Fatal("expected an error, got none")
	}
}

func TestEffectsAndErrorsAreReadFromTheWire(t *testing.T) {
	allowed := []byte("\x0a\x01a\x12\x05\x0a\x01d\x10\x01")
	refused := []byte("\x0a\x01b\x1a\x05\x08\x03\x12\x01R")
	batch := append([]byte{0x0a, byte(len(allowed))}, allowed...)
	batch = append(append(batch, 0x0a, byte(len(refused))), refused...)
	answers, err := parseBatch(batch)
	if err != nil || len(answers) != 2 {
		t.Fatalf("expected 2 answers, got %d, %v", len(answers), err)
	}
	if answers[0].outcome != "ALLOW" || string(answers[0].id) != "a" || answers[1].outcome != "error:R" {
		t.Fatalf("expected ALLOW and error:R, got %v", answers)
	}
	if _, err := parseResponse([]byte("\x0a\x01a")); err == nil {
		t.Fatal("expected an error for an answer without a result, got none")
	}
	if got := parseOPA([]byte(`{"result":[{"effect":"DENY"}]}`)).outcome; got != "DENY" {
		t.Fatalf("expected DENY, got %s", got)
	}
	if got := parseOPA([]byte(`{"result":[]}`)).outcome; got != "error:NO_EFFECT" {
		t.Fatalf("expected error:NO_EFFECT, got %s", got)
	}
}

func TestPercentilesAreExact(t *testing.T) {
	values := make([]time.Duration, 1000)
	for i := range values {
		values[i] = time.Duration(1000-i) * time.Microsecond
	}
	got, _ := summary(values)
	if got["p50"] != 501 || got["p99"] != 991 || got["max"] != 1000 {
		t.Fatalf("expected 501, 991 and 1000, got %v", got)
	}
}
