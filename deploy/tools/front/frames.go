package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
)

// Frames on the engine socket, integers little-endian: u32 length of what follows, u8 kind, then
//
//	to the decision point
//	  1 peer    u32 peer, u8 credential (0 none, 1 bearer token, 2 PEM certificate that TLS verified), credential
//	  2 ask     u64 token, u32 peer, u32 milliseconds left (0: no deadline), request
//	  3 gone    u64 token
//	  4 open    u64 token, u32 peer: a stream begins
//	  5 traced  as 2 ask, with the 55 characters of a traceparent, unverified, before the request
//	from it
//	  1 answer  u64 token, u8 gRPC code (0: none), u16 length of the detail, detail, response
//	  2 opened  u64 token, u8 gRPC code, u16 length of the detail, detail, u64 milliseconds until the credential expires
const (
	framePeer, frameAsk, frameGone, frameOpen, frameTraced = 1, 2, 3, 4, 5
	frameAnswer, frameOpened                               = 1, 2

	// Largest frame from the decision point; an answer holds a receipt and transformed arguments.
	maxFrame = 16 << 20
)

var errLost = errors.New("the decision point has gone")

// answer is what came back for one token.
type answer struct {
	code     uint8
	detail   string
	response []byte
}

// engine is the connection to the decision point. Frames of many calls leave in one write.
type engine struct {
	conn net.Conn

	mutex   sync.Mutex
	waiting map[uint64]func(answer)
	token   uint64
	peers   map[string]uint32
	// Numbers of credentials, apart from those of calls: one number never stands for two credentials.
	lastPeer uint32
	out      []byte
	lost     bool
	wake     chan struct{}
}

func newEngine(conn net.Conn) *engine {
	e := &engine{
		conn: conn, waiting: map[uint64]func(answer){}, peers: map[string]uint32{}, wake: make(chan struct{}, 1),
	}
	go e.write()
	return e
}

// ask sends a request with its `traceparent`, "" for none; `done` gets the answer, once, on the goroutine that reads.
func (e *engine) ask(peer uint32, leftMillis uint32, traceparent string, request []byte, done func(answer)) uint64 {
	kind := byte(frameAsk)
	if traceparent != "" {
		kind = frameTraced
	}
	e.mutex.Lock()
	token := e.register(done)
	if token != 0 {
		e.out = binary.LittleEndian.AppendUint32(e.out, uint32(17+len(traceparent)+len(request)))
		e.out = append(e.out, kind)
		e.out = binary.LittleEndian.AppendUint64(e.out, token)
		e.out = binary.LittleEndian.AppendUint32(e.out, peer)
		e.out = binary.LittleEndian.AppendUint32(e.out, leftMillis)
		e.out = append(e.out, traceparent...)
		e.out = append(e.out, request...)
	}
	e.mutex.Unlock()
	e.flush(token, done)
	return token
}

// open announces a stream; `done` gets when its credential expires.
func (e *engine) open(peer uint32, done func(answer)) {
	e.mutex.Lock()
	token := e.register(done)
	if token != 0 {
		e.out = binary.LittleEndian.AppendUint32(e.out, 13)
		e.out = append(e.out, frameOpen)
		e.out = binary.LittleEndian.AppendUint64(e.out, token)
		e.out = binary.LittleEndian.AppendUint32(e.out, peer)
	}
	e.mutex.Unlock()
	e.flush(token, done)
}

// gone says that nobody waits for an answer any more.
func (e *engine) gone(token uint64) {
	e.mutex.Lock()
	_, waits := e.waiting[token]
	if waits && !e.lost {
		delete(e.waiting, token)
		e.out = binary.LittleEndian.AppendUint32(e.out, 9)
		e.out = append(e.out, frameGone)
		e.out = binary.LittleEndian.AppendUint64(e.out, token)
	}
	e.mutex.Unlock()
	e.signal()
}

// peer returns the number of a credential, announcing it the first time.
func (e *engine) peer(kind byte, credential string) uint32 {
	key := string(kind) + credential
	e.mutex.Lock()
	defer e.mutex.Unlock()
	number, known := e.peers[key]
	if !known {
		if len(e.peers) >= maxPeers {
			clear(e.peers) // numbers are never used again; the decision point forgets the oldest by itself
		}
		e.lastPeer++
		if e.lastPeer == 0 {
			e.conn.Close() // every number was used once; a new connection begins anew
		}
		number = e.lastPeer
		e.peers[key] = number
		if kind == credentialCertificate {
			credential = asPEM(credential)
		}
		e.out = binary.LittleEndian.AppendUint32(e.out, uint32(6+len(credential)))
		e.out = append(e.out, framePeer)
		e.out = binary.LittleEndian.AppendUint32(e.out, number)
		e.out = append(e.out, kind)
		e.out = append(e.out, credential...)
	}
	return number
}

// Credentials that have a number.
const maxPeers = 4096

// register returns a new token, or 0 when the decision point has gone. The mutex is held.
func (e *engine) register(done func(answer)) uint64 {
	if e.lost {
		return 0
	}
	e.token++
	e.waiting[e.token] = done
	return e.token
}

func (e *engine) flush(token uint64, done func(answer)) {
	if token == 0 {
		go done(unavailable()) // the caller may hold a lock that `done` takes
		return
	}
	e.signal()
}

func (e *engine) signal() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// write sends what has gathered; two buffers take turns.
func (e *engine) write() {
	var spare []byte
	for range e.wake {
		for {
			e.mutex.Lock()
			data := e.out
			if len(data) > 0 {
				e.out = spare[:0]
			}
			e.mutex.Unlock()
			if len(data) == 0 {
				break
			}
			if _, err := e.conn.Write(data); err != nil {
				e.conn.Close() // read notices
				return
			}
			spare = data
			if cap(spare) > 1<<20 {
				spare = nil // one large batch must not hold its memory for ever
			}
		}
	}
}

// read takes answers until the decision point closes; everything that still waits is then refused.
func (e *engine) read() error {
	reader := bufio.NewReaderSize(e.conn, 1<<18)
	var head [4]byte
	var err error
	for err == nil {
		if _, err = io.ReadFull(reader, head[:]); err != nil {
			break
		}
		length := binary.LittleEndian.Uint32(head[:])
		if length < 12 || length > maxFrame {
			err = errors.New("a frame of an odd length")
			break
		}
		body := make([]byte, length)
		if _, err = io.ReadFull(reader, body); err != nil {
			break
		}
		err = e.take(body)
	}
	e.conn.Close()
	e.mutex.Lock()
	e.lost = true
	left := e.waiting
	e.waiting = map[uint64]func(answer){}
	e.mutex.Unlock()
	for _, done := range left {
		done(unavailable())
	}
	return errors.Join(errLost, err)
}

func (e *engine) take(body []byte) error {
	token, code := binary.LittleEndian.Uint64(body[1:]), body[9]
	detail := int(binary.LittleEndian.Uint16(body[10:]))
	if (body[0] != frameAnswer && body[0] != frameOpened) || len(body) < 12+detail {
		return errors.New("a frame of an odd form")
	}
	e.mutex.Lock()
	done := e.waiting[token]
	delete(e.waiting, token)
	e.mutex.Unlock()
	if done != nil {
		done(answer{code: code, detail: string(body[12 : 12+detail]), response: body[12+detail:]})
	}
	return nil
}

func unavailable() answer {
	return answer{code: 14, detail: "DECISION_POINT_GONE: the decision point behind this front has gone"}
}
