package serve

import (
	"time"

	"golang.org/x/sys/unix"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/head"
	"runtimes.invalid/supervisor/connection"
)

// lingerTime is how long a client may go on sending after a refusal (LIMITS-6).
const lingerTime = 10 * time.Second

// expireInterval is the time between two looks at all held connections.
const expireInterval = 500 * time.Millisecond

// usualHead is how many bytes are peeked at first.
const usualHead = 8 << 10

// watch waits until there is something to read.
func (s *Server) watch(c *connection.Connection) {
	operation := unix.EPOLL_CTL_ADD
	if c.Watched {
		operation = unix.EPOLL_CTL_MOD
	}
	c.Watched = true
	s.connections[c.Descriptor] = c
	s.poller.watch(c.Descriptor, unix.EPOLLIN|unix.EPOLLRDHUP|unix.EPOLLONESHOT, operation)
}

// receive looks at what a client has sent without taking it: a probe is answered here, where the function
// can't be in its way (CONCURRENCY-3), anything else is a worker's. `ended` tells that the client sends no
// more than is there.
func (s *Server) receive(c *connection.Connection, ended bool) {
	delete(s.connections, c.Descriptor)
	if c.Lingering {
		s.discard(c)
		return
	}
	for {
		switch verdict, count := s.peek(c); {
		case verdict == head.Refused:
			s.refuse(c, &s.head, s.head.Status)
			return
		case verdict == head.Incomplete:
			s.awaitHead(c, count, ended)
			return
		case s.head.Probe == head.NoProbe || s.head.HasBody():
			if s.shape.One && !ended && s.awaitBody(c, count) {
				return
			}
			s.route(c)
			return
		}
		c.Skip(s.buffer[:s.head.Length])
		if !s.answerProbe(c) {
			s.drop(c)
			return
		}
	}
}

// peek reads the head of the next request into s.head, and returns how many bytes are there, -1 if the
// client has gone.
func (s *Server) peek(c *connection.Connection) (head.Verdict, int) {
	size := usualHead
	for {
		count, err := c.Peek(s.buffer[:size])
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN:
			return head.Incomplete, 0
		case err != nil || count == 0:
			return head.Incomplete, -1
		}
		verdict := s.head.Read(s.buffer[:count], s.settings.BodyLimit)
		if verdict == head.Incomplete && count == size && size < len(s.buffer) {
			size = len(s.buffer)
			continue
		}
		if c.HeadBegun && verdict != head.Incomplete {
			c.HeadBegun = false
			c.AwaitMore(0)
		}
		return verdict, count
	}
}

// awaitHead waits for the rest of a head, of which `count` bytes are there.
func (s *Server) awaitHead(c *connection.Connection, count int, ended bool) {
	switch {
	case count < 0:
		s.drop(c)
		return
	case count > 0 && ended: // HTTP-31
		s.refuse(c, &s.head, 400)
		return
	case count > 0 && !c.HeadBegun:
		c.HeadBegun, c.Until = true, protocol.Now()+int64(s.headTime())
	case count == 0 && c.Until == 0:
		c.Until = protocol.Now() + int64(s.settings.IdleTimeout) // LIMITS-1
	}
	c.Admitted = false
	if count > 0 {
		c.AwaitMore(count)
	}
	s.watch(c)
}

// awaitBody waits for the rest of a small body, because a worker of kind `one` that has read a part of a
// request can no longer give it back when another's call lasts. False if the body is whole, or large.
func (s *Server) awaitBody(c *connection.Connection, count int) bool {
	whole := s.head.Length + int(min(s.head.BodyLength, int64(usualHead)))
	isSmall := s.head.BodyLength > 0 && !s.head.ExpectContinue && whole <= usualHead
	if !isSmall || count >= whole || s.drain.begun {
		return false
	}
	now := protocol.Now()
	if c.Received == 0 {
		c.Received = now
	}
	if !c.BodyBegun {
		c.BodyBegun, c.Until = true, now+int64(s.bodyTime()) // LIMITS-5
	}
	c.HeadBegun = true
	c.AwaitMore(whole - 1)
	s.watch(c)
	return true
}

// expireHeld ends what the supervisor has held for too long.
func (s *Server) expireHeld(now int64) {
	if now < s.expireAt {
		return
	}
	s.expireAt = now + int64(expireInterval)
	for _, c := range s.connections {
		switch {
		case c.Until == 0 || now < c.Until:
		case c.HeadBegun: // LIMITS-2, LIMITS-5
			delete(s.connections, c.Descriptor)
			s.peek(c)
			s.refuse(c, &s.head, 408)
		default:
			s.drop(c)
		}
	}
}

// discard throws away what a refused client still sends, some of it at a time: the others come first.
func (s *Server) discard(c *connection.Connection) {
	for range 16 {
		count, err := unix.Read(c.Descriptor, s.buffer)
		if err == unix.EAGAIN {
			s.watch(c)
			return
		}
		if count <= 0 && err != unix.EINTR {
			s.drop(c)
			return
		}
	}
	s.watch(c)
}

// linger ends a connection when the client has read what was sent, because closing now would reset the
// connection of a client that is still sending.
func (s *Server) linger(c *connection.Connection) {
	c.EndWriting()
	if c.HeadBegun {
		c.HeadBegun = false
		c.AwaitMore(0)
	}
	c.Lingering, c.Until = true, protocol.Now()+int64(lingerTime)
	s.lingering++
	s.discard(c)
}

// drop ends a connection.
func (s *Server) drop(c *connection.Connection) {
	delete(s.connections, c.Descriptor)
	if c.Lingering {
		s.lingering--
	}
	if c.Watched { // a worker's descriptor would keep it known
		s.poller.watch(c.Descriptor, 0, unix.EPOLL_CTL_DEL)
	}
	c.Close()
}
