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
