package serve

import (
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/head"
	"runtimes.invalid/supervisor/accesslog"
	"runtimes.invalid/supervisor/connection"
	"runtimes.invalid/supervisor/worker"
)

// refuse answers a request that no worker has, logs it and ends the connection.
func (s *Server) refuse(c *connection.Connection, request *head.Head, status int) {
	now := protocol.Now()
	if c.Received == 0 {
		c.Received = now
	}
	s.answer(c, worker.TextsOf(c, request), worker.FlagsOf(request), status, c.Received, now)
}

// answer answers in a worker's place, logs the request and ends the connection.
func (s *Server) answer(c *connection.Connection, texts protocol.Texts, flags protocol.Flags,
	status int, began, now int64) {
	bytes, sent := s.send(c, flags, status)
	s.log(texts, status, bytes, began, now)
	if sent {
		s.linger(c)
		return
	}
	s.drop(c)
}

// send sends a refusal; it tells how many bytes its body has, and whether the client has taken it.
func (s *Server) send(c *connection.Connection, flags protocol.Flags, status int) (int64, bool) {
	answer := connection.Refusal(status)
	answer.HeadOnly = flags&protocol.FlagHead != 0
	answer.CrossOrigin = flags&protocol.FlagCrossOrigin != 0
	return answer.BodyBytes(), c.Write(answer.Bytes())
}

// log adds a line for a request that the supervisor has answered.
func (s *Server) log(texts protocol.Texts, status int, bytes, began, now int64) {
	s.journal.add(&accesslog.Entry{
		Texts: texts, Status: status, Bytes: bytes,
		Start: time.Now().Add(time.Duration(began - now)), Duration: time.Duration(now - began),
	})
	s.journal.poke()
}

// cut ends a connection in the middle of an answer, so that it does not look whole.
func (s *Server) cut(c *connection.Connection) {
	c.Reset()
	s.drop(c)
}
