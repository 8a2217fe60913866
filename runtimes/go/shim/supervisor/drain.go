package main

import (
	"os"
	"time"

	"kubeless.invalid/shim/clock"
)

// farewell is how long a client may take to read a refusal once nothing else is left to be done.
const farewell = 300 * time.Millisecond

// beginDrain starts the end of the runtime: requests in flight go on, new ones are refused.
func (s *supervisor) beginDrain() {
	if s.draining {
		return
	}
	s.draining = true
	s.drainEnd = clock.Now() + int64(s.settings.Grace)
	s.counters.Draining.Store(1)
}

// drain ends the runtime when there is nothing left to wait for.
func (s *supervisor) drain(now int64) {
	if !s.drained(now) {
		return
	}
	for _, process := range s.processes {
		process.kill()
	}
	s.log.close()
	os.Exit(0) // LIFECYCLE-3
}

// drained tells whether no request is left (LIFECYCLE-1), or the grace has passed (LIFECYCLE-5). A
// connection without a request counts for nothing (LIFECYCLE-9).
func (s *supervisor) drained(now int64) bool {
	waits := len(s.waiting) > 0
	for _, process := range s.processes {
		waits = waits || process.busy
	}
	if waits || s.idleSince == 0 {
		s.idleSince = now
	}
	done := !waits && (len(s.lingering) == 0 || now-s.idleSince > int64(farewell))
	return done || now >= s.drainEnd
}
