package worker

import (
	"fmt"
	"net/http"
	"os"
	"runtime/debug"

	"github.com/kubeless/kubeless/pkg/functions"

	"runtimes.invalid/protocol"
)

// execute makes the call and answers it, unless the supervisor has done so before.
func (s *server) execute(x *exchange, event functions.Event, releasePlace func()) {
	start := protocol.Now()
	if !x.slot.Enter(protocol.Calling, start, start+s.table.Timeout) {
		releasePlace()
		panic(http.ErrAbortHandler)
	}
	ending := &deadline{Context: x.request.Context(), at: start + s.table.Timeout}
	event.Extensions = functions.Extension{Request: x.request, Response: x, Context: ending}
	finish := func(outcome protocol.Outcome, status int) {
		ending.end()
		releasePlace()
		x.record.Outcome, x.record.CallDuration = outcome, protocol.Now()-start
		x.end(status)
	}
	returned := false
	defer func() {
		if returned {
			return
		}
		problem := recover()
		if problem != http.ErrAbortHandler { // RESPONSE-12
			fmt.Fprintf(os.Stderr, "panic: %v\n\n%s", problem, debug.Stack())
		}
		status := x.sentStatus(http.StatusInternalServerError)
		finish(protocol.FailedCall, status)
		x.abort(status, problem == nil)
	}()
	value, err := s.call(event, s.context)
	body, media := []byte(nil), ""
	if reader := readerOf(value); err == nil && reader != nil {
		if err = x.copy(reader); err != nil && (x.status != 0 || x.conn.answer.begun) {
			panic(err) // the answer must not look whole
		}
	} else if err == nil {
		body, media, err = encode(value)
	}
	returned = true
	if err == nil {
		finish(protocol.Call, x.setStatus(http.StatusOK))
		x.send(body, media)
		return
	}
	fmt.Fprintf(os.Stderr, "error: the function has failed: %v\n", err)
	finish(protocol.FailedCall, x.setStatus(http.StatusInternalServerError))
	if x.status == 0 {
		x.fail(http.StatusInternalServerError) // FAILURE-1
	}
}

// setStatus is the status that the function has set, or the other one.
func (x *exchange) setStatus(other int) int {
	if x.status != 0 {
		return x.status
	}
	return other
}

// sentStatus is the status of the answer if bytes of it have been sent, or the other one.
func (x *exchange) sentStatus(other int) int {
	if x.conn.answer.begun {
		return x.setStatus(http.StatusOK)
	}
	return other
}

// abort answers a call that has panicked, or has ended its goroutine. An answer that has begun is cut
// off, and must not look whole (TIMEOUT-13).
func (x *exchange) abort(status int, goroutineEnds bool) {
	switch {
	case x.conn.hijacked.Load():
		return
	case x.conn.answer.begun:
		x.slot.AddFlag(protocol.FlagReset)
		x.log(status)
	case x.status == 0 && !goroutineEnds:
		x.fail(status)
		return
	default: // what the function has prepared can't be taken back from net/http
		x.recorded = true
		x.conn.closeWith(refusal(status), &x.record)
	}
	panic(http.ErrAbortHandler)
}
