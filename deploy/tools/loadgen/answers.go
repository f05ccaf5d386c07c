package main

import (
	"bytes"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of writ.v1, decision.proto.
const (
	responseRequestID = 1
	responseDecision  = 2
	responseError     = 3
	decisionEffect    = 2
	errorReason       = 2
	batchResponses    = 1
)

var effectNames = [...]string{"UNSPECIFIED", "ALLOW", "DENY", "REQUIRE_APPROVAL", "TRANSFORM", "DEFER"}

// answer is what the load generator keeps of a DecideResponse.
type answer struct {
	id      []byte
	outcome string // name of the effect, or `error:` and the reason
}

// parseResponse reads a DecideResponse as far as needed.
func parseResponse(raw []byte) (answer, error) {
	var a answer
	err := eachField(raw, func(number protowire.Number, value []byte, _ uint64) error {
		switch number {
		case responseRequestID:
			a.id = value
		case responseDecision:
			a.outcome = effectNames[0]
			return eachField(value, func(number protowire.Number, _ []byte, varint uint64) error {
				if number == decisionEffect && varint < uint64(len(effectNames)) {
					a.outcome = effectNames[varint]
				}
				return nil
			})
		case responseError:
			return eachField(value, func(number protowire.Number, text []byte, _ uint64) error {
				if number == errorReason {
					a.outcome = "error:" + string(text)
				}
				return nil
			})
		}
		return nil
	})
	if err == nil && a.outcome == "" {
		err = fmt.Errorf("expected a decision or an error, got neither in %d bytes", len(raw))
	}
	return a, err
}

// parseBatch reads a DecideBatchResponse.
func parseBatch(raw []byte) ([]answer, error) {
	var answers []answer
	err := eachField(raw, func(number protowire.Number, value []byte, _ uint64) error {
		if number != batchResponses {
			return nil
		}
		one, err := parseResponse(value)
		answers = append(answers, one)
		return err
	})
	return answers, err
}

// eachField walks the wire format (https://protobuf.dev/programming-guides/encoding): value for length-delimited
// fields, varint for varints, neither for others.
func eachField(raw []byte, visit func(number protowire.Number, value []byte, varint uint64) error) error {
	for len(raw) > 0 {
		number, kind, size := protowire.ConsumeTag(raw)
		if size < 0 {
			return protowire.ParseError(size)
		}
		raw = raw[size:]
		var value []byte
		var varint uint64
		switch kind {
		case protowire.BytesType:
			value, size = protowire.ConsumeBytes(raw)
		case protowire.VarintType:
			varint, size = protowire.ConsumeVarint(raw)
		default:
			size = protowire.ConsumeFieldValue(number, kind, raw)
		}
		if size < 0 {
			return protowire.ParseError(size)
		}
		raw = raw[size:]
		if err := visit(number, value, varint); err != nil {
			return err
		}
	}
	return nil
}

var effectKey = []byte(`"effect":"`)

// parseOPA reads the effect of the first outcome in OPA's answer.
func parseOPA(body []byte) answer {
	_, rest, found := bytes.Cut(body, effectKey)
	if end := bytes.IndexByte(rest, '"'); found && end >= 0 {
		return answer{outcome: string(rest[:end])}
	}
	return answer{outcome: "error:NO_EFFECT"}
}

// batchRequest wraps requests as a DecideBatchRequest that decides every item.
func batchRequest(bodies [][]byte) []byte {
	var raw []byte
	for _, body := range bodies {
		raw = protowire.AppendTag(raw, 1, protowire.BytesType)
		raw = protowire.AppendBytes(raw, body)
	}
	raw = protowire.AppendTag(raw, 2, protowire.VarintType)
	return protowire.AppendVarint(raw, 1)
}
