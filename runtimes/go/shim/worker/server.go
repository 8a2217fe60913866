package worker

import (
	"errors"
	"net/http"
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

// ServeHTTP answers a request. Where the deadline passes first, or the process ends, the
// supervisor answers it.
func (s *server) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	x := s.begin(writer, request)
	s.serve(x, request)
	if !x.conn.hijacked.Load() { // net/http has yet to send what it has gathered
		x.watch(table.Sending, clock.Now(), sending)
		// Before it reads the next request, net/http reads what is left of this one's body, and no
		// answer may wait for that (CONCURRENCY-4).
		x.conn.held.holding = x.whole
	}
}

func (s *server) serve(x *exchange, request *http.Request) {
	if probe.Is(request.URL.Path) { // OBSERVABILITY-8: it is not logged
		answer := probe.Of(request.URL.Path, s.counters)
		x.Header().Set("Content-Type", answer.ContentType)
		if request.Body != http.NoBody { // REQUEST-24: where that ends may be open to doubt
			x.Header().Set("Connection", "close")
		}
		x.WriteHeader(answer.Status)
		_, _ = x.Write(answer.Body)
		x.slot.ForgetRequest()
		return
	}
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

// admit reads the request, waits for the call's turn and makes it.
func (s *server) admit(x *exchange) {
	defer s.admitted.Add(-1)
	x.watch(table.Reading, x.begun, max(s.settings.Timeout, uploading))
	body, err := readBody(x.request, s.settings.BodyLimit)
	if errors.Is(err, errTooLarge) {
		s.refuse(x, http.StatusRequestEntityTooLarge)
		return
	}
	x.whole = err == nil
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
	s.execute(x, event, leave)
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
