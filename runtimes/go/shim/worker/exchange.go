package worker

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"

	"kubeless.invalid/shim/accesslog"
	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/table"
)

// exchange is one request and its answer.
type exchange struct {
	recorder
	request *http.Request
	conn    *conn
	entry   accesslog.Entry
	begun   int64 // clock.Now()
	limit   int64 // Slot.Deadline of the running phase
	logged  bool
	whole   bool // nothing of the request is left to be read
}

func (s *server) begin(writer http.ResponseWriter, request *http.Request) *exchange {
	start := time.Now()
	x := &exchange{request: request, conn: connOf(request), begun: clock.At(start)}
	x.ResponseWriter = writer
	x.whole = request.Body == http.NoBody
	x.entry = accesslog.Entry{
		Address: x.conn.client, Method: request.Method, Target: request.RequestURI,
		Protocol: request.Proto, Referer: first(request.Header["Referer"]),
		Agent: first(request.Header["User-Agent"]),
		Trace: accesslog.Trace(first(request.Header["Traceparent"])), Start: start,
	}
	_, x.crossOrigin = request.Header["Origin"]
	x.entry.CrossOrigin = x.crossOrigin
	x.slot = x.conn.slot
	_ = x.conn.release() // of a pipelined request before this one
	x.slot.Begin(&x.entry, x.begun)
	x.slot.Requests.Add(1)
	// TIMEOUT-1: of the answer to this one nothing has been sent, though it be a pipelined request.
	x.conn.move(table.Active, table.Answering)
	return x
}

// watch tells the supervisor by when a phase of the request, begun at `start`, has to end.
func (x *exchange) watch(phase uint32, start int64, limit time.Duration) {
	x.limit = start + int64(limit)
	x.slot.Phase.Store(phase)
	x.slot.Deadline.Store(x.limit)
}

// unwatch ends the phase; false if the supervisor has ended the request. It is about to take the
// connection then: closing that before would leave the client without an answer (TIMEOUT-1).
func (x *exchange) unwatch() bool {
	if x.slot.Deadline.CompareAndSwap(x.limit, 0) {
		return true
	}
	for since := clock.Now(); x.slot.Deadline.Load() == table.Over && clock.Now()-since < taking; {
		if state := x.slot.State.Load(); state != table.Active && state != table.Answering {
			break
		}
		time.Sleep(50 * time.Microsecond)
	}
	return false
}

// send sends the body of an answer. Each piece has its own bound, so that a slow client gets the
// whole, and one that doesn't read is cut off.
func (x *exchange) send(body []byte, media string) {
	if len(body) == 0 {
		x.start(http.StatusOK)
		return
	}
	x.declare(media, body)
	for len(body) > piece {
		if _, err := x.Write(body[:piece]); err != nil || !x.unwatch() {
			return
		}
		body = body[piece:]
		x.watch(table.Sending, clock.Now(), sending)
	}
	_, _ = x.Write(body)
}

// log writes the line of a request, unless the supervisor has.
func (s *server) log(x *exchange) {
	if x.logged {
		return
	}
	x.logged = true
	if x.slot.Deadline.Swap(0) == table.Over {
		return
	}
	x.slot.ForgetRequest()
	x.entry.Status, x.entry.Bytes = x.status, x.bytes
	if x.request.Method == http.MethodHead {
		x.entry.Bytes = 0
	}
	x.entry.Duration = time.Duration(clock.Now() - x.begun)
	s.logging.Lock()
	defer s.logging.Unlock()
	s.line = s.format(s.line[:0], &x.entry)
	s.table.Ring.Write(s.line)
}

// refuse answers without having read the body, and reads what the client is still sending, so
// that it comes to read the answer (REQUEST-14).
func (s *server) refuse(x *exchange, status int) {
	controller := http.NewResponseController(x.ResponseWriter)
	if x.request.Body == http.NoBody || x.request.Header.Get("Expect") != "" ||
		controller.EnableFullDuplex() != nil {
		x.fail(status)
		return
	}
	x.Header().Set("Connection", "close")
	x.fail(status)
	x.Flush()
	s.log(x)
	x.watch(table.Reading, clock.Now(), lingering)
	_, _ = io.Copy(io.Discard, x.request.Body)
	x.unwatch()
}

const (
	uploading = time.Minute      // at least what a client may take to send a request
	lingering = 10 * time.Second // what it may go on sending after its request has been refused
	sending   = time.Minute      // what it may take to read a piece of the answer
	taking    = int64(time.Second)
	piece     = 1 << 20 // bytes
)

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
	c.between.Store(state == http.StateIdle || state == http.StateNew)
	if state == http.StateHijacked {
		c.hijacked.Store(true)
	}
}
