package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kubeless/kubeless/pkg/functions"

	"kubeless.invalid/shim/accesslog"
	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/metrics"
	"kubeless.invalid/shim/probe"
	"kubeless.invalid/shim/settings"
	"kubeless.invalid/shim/table"
)

// server answers requests by calls of the function.
type server struct {
	settings settings.Settings
	call     call
	context  functions.Context
	table    *table.Table
	counters *metrics.Counters
	format   accesslog.Format
	admitted atomic.Int64
	turns    chan struct{}
	leave    func()
	retired  <-chan struct{}
	logging  sync.Mutex
	line     []byte
}

func newServer(loaded settings.Settings, call call, shared *table.Table,
	counters *metrics.Counters, retired <-chan struct{}) *server {
	s := &server{
		settings: loaded, call: call, table: shared, counters: counters, retired: retired,
		format: accesslog.Choose(loaded.JSON),
		turns:  make(chan struct{}, loaded.Workers),
		context: functions.Context{
			FunctionName: loaded.Handler, Timeout: loaded.TimeoutText,
			Runtime: loaded.Runtime, MemoryLimit: loaded.MemoryLimit,
		},
	}
	s.leave = func() { <-s.turns }
	return s
}

// exchange is one request and its answer.
type exchange struct {
	recorder
	request *http.Request
	conn    *conn
	entry   accesslog.Entry
	begun   int64 // clock.Now()
	limit   int64 // Slot.Deadline of the running phase
	logged  bool
}

// ServeHTTP answers a request. Where the deadline passes first, or the process ends, the
// supervisor answers it.
func (s *server) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	if probe.Is(request.URL.Path) {
		answer := probe.Of(request.URL.Path, s.counters)
		allowOrigin(writer, request)
		writer.Header().Set("Content-Type", answer.ContentType)
		writer.WriteHeader(answer.Status)
		_, _ = writer.Write(answer.Body)
		return
	}
	x := s.begin(writer, request)
	allowOrigin(x, request)
	switch {
	case s.counters.Draining.Load() != 0: // LIFECYCLE-2
		x.Header().Set("Connection", "close")
		s.refuse(x, http.StatusServiceUnavailable)
	case preflight(x, request):
	case s.admitted.Add(1) > int64(s.settings.Concurrency):
		s.admitted.Add(-1)
		x.Header().Set("Retry-After", "1")
		s.refuse(x, http.StatusServiceUnavailable) // CONCURRENCY-4
	default:
		s.admit(x)
	}
	s.log(x)
}

func (s *server) begin(writer http.ResponseWriter, request *http.Request) *exchange {
	x := &exchange{request: request, conn: connOf(request), begun: clock.Now()}
	x.ResponseWriter = writer
	x.entry = accesslog.Entry{
		Address: x.conn.slot.Address(), Method: request.Method, Target: request.RequestURI,
		Protocol: request.Proto, Referer: request.Referer(), Agent: request.UserAgent(),
		Trace: accesslog.Trace(request.Header.Get("Traceparent")), Start: time.Now(),
	}
	_, x.entry.CrossOrigin = request.Header["Origin"]
	slot := x.conn.slot
	slot.SetRequest(&x.entry)
	slot.Started.Store(x.begun)
	slot.Requests.Add(1)
	return x
}

// admit reads the request, waits for the call's turn and makes it.
func (s *server) admit(x *exchange) {
	defer s.admitted.Add(-1)
	x.watch(table.Reading, max(s.settings.Timeout, uploading))
	body, err := readBody(x.request, s.settings.BodyLimit)
	if errors.Is(err, errTooLarge) {
		s.refuse(x, http.StatusRequestEntityTooLarge)
		return
	}
	event := functions.Event{}
	if err == nil {
		event, err = newEvent(x.request, body)
	}
	if err != nil {
		x.fail(http.StatusBadRequest)
		return
	}
	if !x.unwatch() {
		return
	}
	leave := s.turn()
	if leave == nil {
		x.Header().Set("Retry-After", "1")
		x.fail(http.StatusServiceUnavailable)
		return
	}
	defer leave()
	s.execute(x, event)
}

// execute makes the call and counts it, unless the supervisor has ended it before.
func (s *server) execute(x *exchange, event functions.Event) {
	s.counters.InFlight.Add(1)
	start := clock.Now()
	x.watch(table.Calling, s.settings.Timeout)
	ending := &deadline{Context: x.request.Context(), at: x.limit}
	event.Extensions = functions.Extension{Request: x.request, Response: x, Context: ending}
	outcome, returned := metrics.Failure, false
	defer func() {
		problem := recover()
		ending.end()
		if !x.unwatch() { // TIMEOUT-1: the answer and the counts are the supervisor's
			panic(http.ErrAbortHandler)
		}
		s.counters.InFlight.Add(-1)
		s.counters.Observe(x.request.Method, time.Duration(clock.Now()-start), outcome)
		if returned {
			return
		}
		if problem != http.ErrAbortHandler { // RESPONSE-12
			fmt.Fprintf(os.Stderr, "panic: %v\n\n%s", problem, debug.Stack())
		}
		s.abort(x)
	}()
	value, err := s.call(event, s.context)
	returned = true
	if err == nil {
		err = x.answer(value)
	}
	if err == nil {
		outcome = metrics.Success
		return
	}
	fmt.Fprintf(os.Stderr, "error: the function has failed: %v\n", err)
	if x.status == 0 {
		x.fail(http.StatusInternalServerError) // FAILURE-1
	}
}

// abort answers a call that has panicked; an answer that has begun is cut off.
func (s *server) abort(x *exchange) {
	if x.status != 0 {
		s.log(x)
		panic(http.ErrAbortHandler)
	}
	x.fail(http.StatusInternalServerError)
	x.Flush() // the goroutine may be at its end: runtime.Goexit
}

// turn waits for one of the FUNC_WORKERS places (CONCURRENCY-5), and gives what leaves it, or nil
// where none was to be had. A retired worker gives all that wait their turn at once: the place
// they wait for may be held by a call that never ends.
func (s *server) turn() (leave func()) {
	select {
	case s.turns <- struct{}{}:
		return s.leave
	default:
	}
	timer := time.NewTimer(s.settings.Timeout)
	defer timer.Stop()
	select {
	case s.turns <- struct{}{}:
		return s.leave
	case <-s.retired:
		return func() {}
	case <-timer.C:
		return nil
	}
}

// log writes the line of a request, unless the supervisor has.
func (s *server) log(x *exchange) {
	if x.logged || x.conn.slot.Deadline.Load() == table.Over {
		return
	}
	x.logged = true
	x.conn.slot.ForgetRequest()
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

// watch tells the supervisor by when a phase of the request has to end.
func (x *exchange) watch(phase uint32, limit time.Duration) {
	x.limit = clock.Now() + int64(limit)
	x.conn.slot.Phase.Store(phase)
	x.conn.slot.Deadline.Store(x.limit)
}

// unwatch ends the phase; false if the supervisor has ended the request.
func (x *exchange) unwatch() bool {
	return x.conn.slot.Deadline.CompareAndSwap(x.limit, 0)
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
	x.watch(table.Reading, lingering)
	_, _ = io.Copy(io.Discard, x.request.Body)
	x.unwatch()
}

const (
	uploading = time.Minute      // at least what a client may take to send a request
	lingering = 10 * time.Second // what it may go on sending after its request has been refused
)

type connKey struct{}

func connContext(parent context.Context, connection net.Conn) context.Context {
	return context.WithValue(parent, connKey{}, connection)
}

func connOf(request *http.Request) *conn {
	return request.Context().Value(connKey{}).(*conn)
}

// connState tells a connection when net/http waits for its next request.
func connState(connection net.Conn, state http.ConnState) {
	connection.(*conn).between.Store(state == http.StateIdle || state == http.StateNew)
}
