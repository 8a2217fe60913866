package main

import (
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"kubeless.invalid/shim/accesslog"
	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/probe"
)

// lingering is how long a client may go on sending after the supervisor has answered for good.
const lingering = 2 * time.Second

// connection is a client's connection. The supervisor keeps a descriptor of it while a worker
// serves it.
type connection struct {
	descriptor int
	address    string
	armed      bool  // known to epoll
	until      int64 // clock.Now() at which a connection that waits or lingers is given up
}

// arm waits until there is something to read.
func (s *supervisor) arm(c *connection) {
	operation := unix.EPOLL_CTL_ADD
	if c.armed {
		operation = unix.EPOLL_CTL_MOD
	}
	c.armed = true
	s.connections[c.descriptor] = c
	s.observe(c.descriptor, unix.EPOLLIN|unix.EPOLLRDHUP|unix.EPOLLONESHOT, operation)
}

// readable looks at what a client has sent without taking it: a probe is answered here, where the
// function can't be in its way (CONCURRENCY-3), anything else is a worker's.
func (s *supervisor) readable(c *connection) {
	delete(s.connections, c.descriptor)
	if s.lingering[c] {
		s.discard(c)
		return
	}
	for {
		count, _, err := unix.Recvfrom(c.descriptor, s.head, unix.MSG_PEEK|unix.MSG_DONTWAIT)
		if err == unix.EAGAIN || err == unix.EINTR {
			s.arm(c)
			return
		}
		if err != nil || count == 0 {
			s.drop(c)
			return
		}
		h := parse(s.head[:count])
		if !h.probe {
			s.pass(c, h)
			return
		}
		_, _, _ = unix.Recvfrom(c.descriptor, s.head[:h.length], unix.MSG_DONTWAIT)
		path, _, _ := strings.Cut(h.entry.Target, "?")
		if !s.send(c, &h.entry, probe.Of(path, s.counters), h.close) || h.close {
			s.drop(c)
			return
		}
	}
}

// pass hands a connection with a request to the current worker.
func (s *supervisor) pass(c *connection, h head) {
	if s.draining { // LIFECYCLE-2
		s.refuse(c, &h.entry, 503)
		return
	}
	if s.current != nil && s.current.hand(c, &h.entry) {
		c.until = 0
		return
	}
	if len(s.waiting) >= s.settings.Concurrency {
		s.refuse(c, &h.entry, 503)
		return
	}
	if c.until == 0 { // each tick tries again, and it waits since the first time
		c.until = clock.Now() + int64(s.settings.Timeout)
	}
	s.waiting = append(s.waiting, c)
}

// serveWaiting tries again to hand over what could not be handed over at once.
func (s *supervisor) serveWaiting(now int64) {
	waiting := s.waiting
	s.waiting = nil
	for _, c := range waiting {
		if now < c.until {
			s.readable(c)
			continue
		}
		count, _, _ := unix.Recvfrom(c.descriptor, s.head, unix.MSG_PEEK|unix.MSG_DONTWAIT)
		h := parse(s.head[:max(count, 0)])
		s.refuse(c, &h.entry, 503)
	}
}

// refuse answers in the worker's place, logs the request and ends the connection.
func (s *supervisor) refuse(c *connection, entry *accesslog.Entry, status int) {
	body := []byte(reasons[status])
	answered := s.send(c, entry, probe.Answer{
		Status: status, ContentType: "text/plain; charset=utf-8", Body: body}, true)
	if entry.Method != "" {
		entry.Address, entry.Status = c.address, status
		if entry.Method != "HEAD" {
			entry.Bytes = int64(len(body))
		}
		entry.Start = time.Now().Add(-entry.Duration)
		s.log.append(s.format(nil, entry))
	}
	if !answered {
		s.drop(c)
		return
	}
	// Closing now would reset the connection of a client that is still sending.
	_ = unix.Shutdown(c.descriptor, unix.SHUT_WR)
	c.until = clock.Now() + int64(lingering)
	s.lingering[c] = true
	s.discard(c)
}

func (s *supervisor) discard(c *connection) {
	for {
		count, err := unix.Read(c.descriptor, s.head)
		if err == unix.EAGAIN {
			s.arm(c)
			return
		}
		if count <= 0 && err != unix.EINTR {
			s.drop(c)
			return
		}
	}
}

// drop ends a connection.
func (s *supervisor) drop(c *connection) {
	delete(s.connections, c.descriptor)
	delete(s.lingering, c)
	if c.armed { // a worker's descriptor would keep it known
		s.observe(c.descriptor, 0, unix.EPOLL_CTL_DEL)
	}
	_ = unix.Close(c.descriptor)
}
