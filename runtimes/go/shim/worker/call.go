package worker

import (
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/kubeless/kubeless/pkg/functions"

	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/metrics"
	"kubeless.invalid/shim/table"
)

// execute makes the call and answers it, unless the supervisor has done so before.
func (s *server) execute(x *exchange, event functions.Event, leave func()) {
	s.counters.InFlight.Add(1)
	start := clock.Now()
	x.watch(table.Calling, start, s.settings.Timeout)
	ending := &deadline{Context: x.request.Context(), at: x.limit}
	event.Extensions = functions.Extension{Request: x.request, Response: x, Context: ending}
	finish := func(outcome metrics.Outcome) {
		ending.end()
		leave()
		s.finish(x, start, outcome)
	}
	returned := false
	defer func() {
		if returned {
			return
		}
		problem := recover()
		finish(metrics.Failure)
		if problem != http.ErrAbortHandler { // RESPONSE-12
			fmt.Fprintf(os.Stderr, "panic: %v\n\n%s", problem, debug.Stack())
		}
		s.abort(x)
	}()
	value, err := s.call(event, s.context)
	body, media := []byte(nil), ""
	if err == nil {
		body, media, err = encode(value)
	}
	returned = true
	if err == nil {
		finish(metrics.Success)
		x.send(body, media)
		return
	}
	finish(metrics.Failure)
	fmt.Fprintf(os.Stderr, "error: the function has failed: %v\n", err)
	if x.status == 0 {
		x.fail(http.StatusInternalServerError) // FAILURE-1
	}
}

// finish counts a call. What follows is between the shim and the client, and no longer the call's:
// one that reads slowly must not make it a timeout, which costs the function its state
// (CONCURRENCY-6).
func (s *server) finish(x *exchange, start int64, outcome metrics.Outcome) {
	if !x.unwatch() { // TIMEOUT-1: the answer and the counts are the supervisor's
		panic(http.ErrAbortHandler)
	}
	now := clock.Now()
	s.counters.InFlight.Add(-1)
	s.counters.Observe(x.request.Method, time.Duration(now-start), outcome)
	x.watch(table.Sending, now, sending)
}

// abort answers a call that has panicked; an answer that has begun is cut off.
func (s *server) abort(x *exchange) {
	if x.status != 0 {
		s.log(x)
		panic(http.ErrAbortHandler)
	}
	x.fail(http.StatusInternalServerError)
	x.Flush() // the goroutine may be at its end: runtime.Goexit
	s.log(x)
}
