package worker

import (
	"context"
	"net"
	"net/http"

	"runtimes.invalid/protocol"
)

// exchange is one request and its answer.
type exchange struct {
	recorder
	request  *http.Request
	conn     *conn
	record   protocol.Record
	recorded bool
	ended    bool // the answer is no call's any more
}

func (s *server) begin(writer http.ResponseWriter, request *http.Request) *exchange {
	c := connOf(request)
	x := &exchange{request: request, conn: c}
	x.ResponseWriter, x.slot = writer, c.slot
	x.crossOrigin = c.slot.Flags()&protocol.FlagCrossOrigin != 0
	c.served = true
	if c.original != nil {
		request.RequestURI = c.original.target
		if c.original.authority != "" {
			request.Host = c.original.authority
		}
	}
	return x
}

// end moves the request to SENDING: what follows is between the shim and the client, and no longer the
// call's. A client that reads slowly must not make it a timeout, which costs the function its state
// (CONCURRENCY-6).
func (x *exchange) end(status int) {
	limit := int64(0)
	if !x.conn.hijacked.Load() {
		limit = protocol.Now() + x.conn.server.table.SendTime
	}
	if !x.conn.endAnswer(status, limit) { // TIMEOUT-1: the answer and the counts are the supervisor's
		x.recorded = true
		panic(http.ErrAbortHandler)
	}
	x.ended = true
}

// finish ends a request whose answer net/http has yet to send, or the rest of it.
func (x *exchange) finish() {
	status := x.status
	if status == 0 {
		status = http.StatusOK
	}
	if !x.ended {
		x.end(status)
	}
	x.log(status)
	if x.conn.hijacked.Load() {
		return
	}
	// Before net/http reads the next request, it reads what is left of this one's body, and no answer may
	// wait for that (CONCURRENCY-4).
	x.conn.answer.holds = x.conn.stage == delivered
}

// log writes the record, unless it has been written or the supervisor has cut the answer. It comes before
// the last byte, so that a client with its answer finds it counted.
func (x *exchange) log(status int) {
	if x.recorded || x.slot.Word().State() != protocol.Answering {
		return
	}
	x.recorded = true
	x.record.Status = uint16(status)
	if x.request.Method != http.MethodHead {
		x.record.Bytes = x.bytes
	}
	x.conn.record(&x.record)
}

const (
	pieceBytes    = 1 << 20 // the client has a time of its own for each
	bufferedBytes = 2048    // what net/http keeps of a body until the handler has ended
)

// send sends the body of an answer. Each piece has its own limit, so a slow client gets the whole and one
// that doesn't read is cut off.
func (x *exchange) send(body []byte, media string) {
	if len(body) == 0 {
		x.start(http.StatusOK)
		return
	}
	x.declare(media, body)
	for len(body) > pieceBytes {
		if _, err := x.Write(body[:pieceBytes]); err != nil {
			return
		}
		body = body[pieceBytes:]
		x.slot.Deadline.Store(protocol.Now() + x.conn.server.table.SendTime)
	}
	if last := len(body) - 1; x.bytes+int64(last) >= bufferedBytes {
		if _, err := x.Write(body[:last]); err != nil {
			return
		}
		body = body[last:] // net/http keeps it until the record has been written
	}
	_, _ = x.Write(body)
}

// refuse answers without a call. If the request has not been read to its end, the connection ends.
func (x *exchange) refuse(status int) {
	if x.conn.stage == delivered {
		x.fail(status)
		return
	}
	x.recorded = true
	x.conn.closeWith(refusal(status), &x.record)
	panic(http.ErrAbortHandler)
}

type connKey struct{}

func connContext(parent context.Context, connection net.Conn) context.Context {
	return context.WithValue(parent, connKey{}, connection)
}

func connOf(request *http.Request) *conn {
	return request.Context().Value(connKey{}).(*conn)
}

// connState tells a connection when net/http waits for its next request, or has lost it.
func connState(connection net.Conn, state http.ConnState) {
	c := connection.(*conn)
	switch state {
	case http.StateIdle:
		c.stage = awaitingHead
	case http.StateHijacked:
		c.hijack()
	}
}
