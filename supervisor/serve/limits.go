package serve

import (
	"time"

	"runtimes.invalid/protocol"
)

// slots is the number of connections that a worker can have.
func (s *Server) slots() int {
	if s.shape.One {
		return max(64, 2*s.shape.Calls)
	}
	return max(1024, 2*s.settings.Concurrency) // with room for requests that are refused one by one
}

// prepare fills in the header of a worker's table.
func (s *Server) prepare(header *protocol.Header) {
	header.Timeout, header.BodyLimit = int64(s.settings.Timeout), s.settings.BodyLimit
	header.Calls, header.Concurrency = uint32(s.shape.Calls), uint32(s.settings.Concurrency)
	header.HeadTime = int64(s.headTime())
	header.BodyTime = int64(s.bodyTime())
	header.SendTime = int64(time.Minute)
	if s.drain.begun {
		header.Draining.Store(1)
	}
}

// headTime is how long a head may take (LIMITS-2).
func (s *Server) headTime() time.Duration { return min(time.Minute, s.settings.IdleTimeout) }

// bodyTime is how long a body may take (LIMITS-5).
func (s *Server) bodyTime() time.Duration { return max(300*time.Second, s.settings.Timeout) }
