package worker

import (
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kubeless/kubeless/pkg/functions"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/head"
)

// server answers requests by calls of the function.
type server struct {
	call         call
	context      functions.Context
	table        *protocol.Table
	control      *control
	admitted     atomic.Int64
	workerPlaces chan struct{}
	releasePlace func()
	retired      atomic.Bool
	retirement   chan struct{} // closed when the worker is retired
	recording    sync.Mutex
}

func newServer(call call, context functions.Context, table *protocol.Table) *server {
	s := &server{
		call: call, context: context, table: table,
		workerPlaces: make(chan struct{}, table.Calls), retirement: make(chan struct{}),
	}
	s.releasePlace = func() { <-s.workerPlaces }
	return s
}

func (s *server) retire() {
	if !s.retired.Swap(true) {
		close(s.retirement)
	}
}

// ServeHTTP answers a request. If its deadline passes first, or the process ends, the supervisor does.
func (s *server) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	x := s.begin(writer, request)
	s.serve(x)
	x.finish()
}

func (s *server) serve(x *exchange) {
	switch {
	case x.conn.head.Probe != head.NoProbe:
		s.probe(x, x.conn.head.Probe)
	case s.table.Draining.Load() != 0: // LIFECYCLE-2
		x.Header().Set("Connection", "close")
		x.refuse(http.StatusServiceUnavailable)
	case preflight(x, x.request):
	case s.admitted.Add(1) > int64(s.table.Concurrency):
		s.admitted.Add(-1)
		x.refuse(http.StatusServiceUnavailable) // CONCURRENCY-4
	default:
		s.admit(x)
	}
}

// probe lets the supervisor answer a probe that came on a kept connection (OBSERVABILITY-8: without a
// record).
func (s *server) probe(x *exchange, probe head.Probe) {
	payload := protocol.Number(uint32(probe - head.Health))
	if s.control.tell(protocol.ProbeReceived, x.conn.number, payload) != nil {
		panic(http.ErrAbortHandler)
	}
	answer := <-x.conn.probe
	x.recorded = true
	made := reply{answer.status, plainText, answer.body}
	if probe == head.Metrics {
		made.media = "text/plain; version=0.0.4; charset=utf-8"
	}
	if x.conn.stage != delivered { // REQUEST-24
		x.conn.closeWith(made, nil)
		panic(http.ErrAbortHandler)
	}
	x.Header().Set("Content-Type", made.media)
	x.WriteHeader(made.status)
	_, _ = x.Write(made.body)
}

// admit reads the request, waits for a place and makes the call.
func (s *server) admit(x *exchange) {
	defer s.admitted.Add(-1)
	body, err := readBody(x.request, s.table.BodyLimit)
	switch {
	case errors.Is(err, errTooLarge):
		x.refuse(http.StatusRequestEntityTooLarge)
		return
	case x.conn.status != 0:
		x.refuse(x.conn.status)
		return
	case errors.Is(err, errCoding): // REQUEST-29
		x.failWith(http.StatusUnsupportedMediaType, "Accept-Encoding", acceptedCodings)
		return
	case err != nil:
		x.refuse(http.StatusBadRequest)
		return
	}
	event, err := newEvent(x.request, body)
	switch {
	case errors.Is(err, errCharset): // REQUEST-34
		x.fail(http.StatusUnsupportedMediaType)
		return
	case err != nil:
		x.fail(http.StatusBadRequest)
		return
	}
	releasePlace := s.place(x)
	if releasePlace == nil {
		x.fail(http.StatusServiceUnavailable)
		return
	}
	s.execute(x, event, releasePlace)
}

// place waits for one of the places of this worker (CONCURRENCY-5), and gives what releases it, or nil if
// none has become free. A retired worker gives one to all that wait: the place they wait for may be held by
// a call that never ends.
func (s *server) place(x *exchange) (releasePlace func()) {
	select {
	case s.workerPlaces <- struct{}{}:
		return s.releasePlace
	default:
	}
	if !x.slot.Enter(protocol.Waiting, protocol.Now(), 0) {
		panic(http.ErrAbortHandler)
	}
	timer := time.NewTimer(time.Duration(s.table.Timeout))
	defer timer.Stop()
	select {
	case s.workerPlaces <- struct{}{}:
		return s.releasePlace
	case <-s.retirement:
		return func() {}
	case <-timer.C:
		return nil
	}
}
