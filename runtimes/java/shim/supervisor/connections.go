package main

import (
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// connection is an accepted connection. The supervisor keeps a descriptor of its own, so that it
// can answer for a worker which is late or dead (FAILURE-5).
type connection struct {
	slot       int
	descriptor int
	client     *net.TCPAddr
	first      request // until a worker has answered it
	owner      *worker
	since      time.Time
}

// place gives a new connection to the active worker, or keeps it until there is one.
func (s *supervisor) place(c *connection) {
	if s.active == nil || !s.active.loaded {
		s.waiting = append(s.waiting, c)
		return
	}
	slot := s.freeSlot()
	if slot < 0 {
		reply(c.descriptor, 503, 0)
		closeSocket(c.descriptor)
		return
	}
	c.slot = slot
	s.connections[slot] = c
	s.table.describe(slot, c.first)
	s.handTo(s.active, c)
}

func (s *supervisor) handTo(w *worker, c *connection) {
	c.owner = w
	s.table.set(c.slot, stateIdle, w.generation)
	if err := w.hand(c.slot, c.descriptor, c.client); err != nil && !w.ended {
		w.kill() // a worker that can't be talked to; its connections move on when it has ended
	}
}

func (s *supervisor) freeSlot() int {
	for slot := range s.used {
		if s.connections[slot] == nil {
			return slot
		}
	}
	if s.used == slotCount {
		return -1
	}
	s.used++
	return s.used - 1
}

// release forgets a connection that its worker has closed.
func (s *supervisor) release(w *worker, slot int) {
	c := s.connections[slot]
	if c == nil || c.owner != w {
		return
	}
	closeSocket(c.descriptor)
	s.connections[slot] = nil
	s.table.set(slot, stateFree, 0)
}

// of calls visit for each connection that the worker has.
func (s *supervisor) of(w *worker, visit func(c *connection, state uint32)) {
	for slot := range s.used {
		if c := s.connections[slot]; c != nil && c.owner == w {
			state, generation := s.table.get(slot)
			if generation == w.generation {
				visit(c, state)
			}
		}
	}
}

// moveIdle hands the connections that wait for a request over to the active worker. The bytes of
// that request are still in the socket, so that its client notices nothing.
func (s *supervisor) moveIdle(from *worker) {
	to := s.active
	if to == nil || !to.loaded || to == from {
		return
	}
	s.of(from, func(c *connection, state uint32) {
		idle := state == stateIdle
		if idle && s.table.swap(c.slot, stateIdle, from.generation, stateIdle, to.generation) {
			s.handTo(to, c)
		}
	})
}

// busy counts the worker's requests that are still to be answered.
func (s *supervisor) busy(w *worker) int {
	count := 0
	s.of(w, func(_ *connection, state uint32) {
		if state >= stateReading && state <= stateAnswering {
			count++
		}
	})
	return count
}

// inFlight counts the calls that execute now, in all workers.
func (s *supervisor) inFlight() int {
	count := 0
	for slot := range s.used {
		if state, _ := s.table.get(slot); state == stateCalling || state == stateStreaming {
			count++
		}
	}
	return count
}

// bury answers for a worker that has ended: 500 where nothing was answered yet (FAILURE-5), a cut
// where something was; connections without a request go on.
func (s *supervisor) bury(w *worker) {
	s.of(w, func(c *connection, state uint32) {
		switch state {
		case stateIdle:
			c.first = s.table.request(c.slot)
			s.connections[c.slot] = nil
			s.table.set(c.slot, stateFree, 0)
			s.place(c)
			return
		case stateReading, stateWaiting, stateCalling:
			s.answer(c.slot, w.generation, state, 500)
		}
		s.release(w, c.slot)
	})
}

// answer takes a request from its worker and answers it, unless the worker was faster.
func (s *supervisor) answer(slot int, generation, state uint32, status int) bool {
	c := s.connections[slot]
	if c == nil || !s.table.swap(slot, state, generation, stateTaken, generation) {
		return false
	}
	now, asked := monotonic(), s.table.request(slot)
	length := 0
	if state == stateStreaming {
		status = 200 // TIMEOUT-13: what has been sent can't be taken back, only cut off
	} else {
		length = reply(c.descriptor, status, asked.flags)
	}
	_ = unix.Shutdown(c.descriptor, unix.SHUT_RDWR)
	if asked.line == "" {
		return true
	}
	duration := now - asked.received
	if state == stateCalling || state == stateStreaming {
		duration = now - s.table.started(slot)
	}
	// OBSERVABILITY-4: it may have begun or not, its client gets 500.
	s.table.countFailure(asked.method, duration, status == 408 || state == stateStreaming)
	logEntry{asked, status, length, now - asked.received, time.Now()}.write(s.settings.jsonLog)
	return true
}

var reasons = map[int]string{
	408: "Request Timeout", 500: "Internal Server Error", 503: "Service Unavailable",
}

// reply writes a short answer that ends the connection; it returns the length of the body.
func reply(descriptor, status, flags int) int {
	body := reasons[status] + "\n"
	extra := ""
	if status == 503 {
		extra = "Retry-After: 1\r\n"
	}
	if flags&flagOrigin != 0 { // RESPONSE-14
		extra += "Access-Control-Allow-Origin: *\r\n"
	}
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\n"+
		"Content-Length: %d\r\n%sConnection: close\r\n\r\n", status, reasons[status], len(body), extra)
	if flags&flagHead != 0 {
		body = ""
	}
	_, _ = unix.Write(descriptor, []byte(head+body))
	return len(body)
}

// closeSocket ends a connection for the client too, though a worker may still hold it.
func closeSocket(descriptor int) {
	_ = unix.Shutdown(descriptor, unix.SHUT_RDWR)
	_ = unix.Close(descriptor)
}
