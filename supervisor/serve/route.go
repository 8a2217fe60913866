package serve

import (
	"slices"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/head"
	"runtimes.invalid/supervisor/connection"
	"runtimes.invalid/supervisor/pool"
	"runtimes.invalid/supervisor/worker"
)

// route gives a connection whose request is in s.head to a worker, or has it wait.
func (s *Server) route(c *connection.Connection) {
	now := protocol.Now()
	if c.Received == 0 {
		c.Received = now
	}
	c.Until, c.BodyBegun = 0, false
	if s.drain.begun && !c.Admitted { // LIFECYCLE-2
		s.refuse(c, &s.head, 503)
		return
	}
	if s.isOverloaded(now) && !c.Admitted { // CONCURRENCY-4
		s.refuse(c, &s.head, 503)
		return
	}
	if len(s.waiting) == 0 {
		if w := s.pool.Choose(now); w != nil && s.handOver(w, c) {
			return
		}
	}
	if c.Queued == 0 {
		c.Queued = now
	}
	c.Admitted = true
	place := len(s.waiting) // in order of receipt, one that was taken back included
	for place > 0 && s.waiting[place-1].Received > c.Received {
		place--
	}
	s.waiting = slices.Insert(s.waiting, place, c)
}

// isOverloaded tells whether as many requests are there as may be admitted. A worker of kind `many`
// counts those that it has.
func (s *Server) isOverloaded(now int64) bool {
	load := len(s.waiting)
	if s.shape.One {
		for _, w := range s.pool.Workers {
			requests, _ := pool.Requests(w, now)
			load += requests
		}
	}
	return load >= s.settings.Concurrency
}

func (s *Server) handOver(w *worker.Handle, c *connection.Connection) bool {
	if !w.Hand(c, &s.head) {
		return false
	}
	c.Admitted, c.Queued = false, 0
	return true
}

// serveWaiting hands over what waits, in order (CONCURRENCY-5), and refuses what has waited for too long
// (LIMITS-9).
func (s *Server) serveWaiting(now int64) {
	for len(s.waiting) > 0 {
		c := s.waiting[0]
		late := now-c.Queued >= int64(s.settings.Timeout)
		w := s.pool.Choose(now)
		if w == nil && !late {
			return
		}
		switch verdict, _ := s.peek(c); {
		case verdict != head.Complete: // the client has gone
			s.drop(c)
		case w != nil && s.handOver(w, c):
		case late:
			s.refuse(c, &s.head, 503)
		default:
			return
		}
		s.waiting = s.waiting[1:]
	}
}

// takeBack serves a connection that a worker has not read, or watches it for its next request. If it was
// in state HANDED its request is the one that was received then.
func (s *Server) takeBack(c *connection.Connection, handed, admitted bool) {
	if !handed {
		c.Received, c.Until, c.Queued = 0, 0, 0
	}
	c.Admitted = handed || admitted
	s.receive(c, false)
}
