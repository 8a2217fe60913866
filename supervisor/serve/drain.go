package serve

import (
	"time"

	"golang.org/x/sys/unix"

	"runtimes.invalid/protocol"
	"runtimes.invalid/supervisor/pool"
)

const (
	// readTime is how long a client may take to read a refusal once nothing else is left to be done.
	readTime = 300 * time.Millisecond
	// hookTime is how long a worker may take for what the function does at its end.
	hookTime = 300 * time.Millisecond
)

// drain is the state of the end of the runtime.
type drain struct {
	begun     bool
	end       int64 // of the grace
	idleSince int64 // since when nothing but lingering connections is left
	endsSince int64 // since when the workers have been told to end
}

func (s *Server) handleSignals() {
	s.poller.drainWake()
	for {
		select {
		case one := <-s.poller.signals:
			if one == unix.SIGCHLD {
				s.reap()
			} else { // LIFECYCLE-8
				s.beginDrain()
			}
		default:
			return
		}
	}
}

// beginDrain starts the end of the runtime: requests in flight go on, new ones are refused.
func (s *Server) beginDrain() {
	if s.drain.begun {
		return
	}
	now := protocol.Now()
	s.drain.begun, s.drain.end = true, now+int64(s.settings.Grace)
	for _, c := range s.connections {
		if c.BodyBegun { // LIFECYCLE-1: its request is in flight
			c.Admitted = true
			s.receive(c, false)
		}
	}
	for _, w := range s.pool.Workers {
		w.Table.Draining.Store(1)
		if s.shape.One { // LIFECYCLE-1: a request that waits behind a call is in flight
			s.takeUnread(w, now, true)
		}
		s.scan(w, now)
	}
	s.continueDrain(now)
}

// continueDrain ends the runtime when there is nothing left to wait for.
func (s *Server) continueDrain(now int64) {
	switch {
	case s.drain.endsSince == 0 && s.isDrained(now):
		s.drain.endsSince = now
		s.pool.Closing = true
		s.endTemplate()
		for _, w := range s.pool.Workers {
			if w.ID != 0 {
				_ = unix.Kill(w.ID, unix.SIGTERM)
			}
		}
	case s.drain.endsSince == 0:
		return
	}
	if len(s.pool.Workers) > 0 && now < s.drain.endsSince+int64(hookTime) {
		return
	}
	s.Stop()
	s.exit() // LIFECYCLE-3
}

// Stop ends all workers and writes the last lines of the log.
func (s *Server) Stop() {
	now := protocol.Now()
	for _, w := range s.pool.Workers {
		w.Kill(now)
		s.collect(w)
	}
	s.endTemplate()
	s.journal.close()
}

// isDrained tells whether no request is left (LIFECYCLE-1), or the grace has passed (LIFECYCLE-5). A
// connection without a request counts for nothing (LIFECYCLE-9).
func (s *Server) isDrained(now int64) bool {
	waits := len(s.waiting) > 0
	for _, w := range s.pool.Workers {
		requests, _ := pool.Requests(w, now)
		waits = waits || requests > 0
	}
	if waits || s.drain.idleSince == 0 {
		s.drain.idleSince = now
	}
	done := !waits && (s.lingering == 0 || now-s.drain.idleSince > int64(readTime))
	return done || now >= s.drain.end
}
