package main

import (
	"fmt"
	"io"
	"net"
	"os"
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
		s.wait(c)
		return
	}
	slot := s.freeSlot()
	if slot < 0 {
		s.refuse(c)
		return
	}
	c.slot = slot
	s.connections[slot] = c
	s.table.describe(slot, c.first)
	s.handTo(s.active, c)
}

// wait keeps a connection until there is a worker for it (CONCURRENCY-4, CONCURRENCY-5).
func (s *supervisor) wait(c *connection) {
	if len(s.waiting) >= s.settings.concurrency {
		s.refuse(c)
		return
	}
	s.waiting = append(s.waiting, c)
}

// placeWaiting gives all connections that wait to the active worker.
func (s *supervisor) placeWaiting() {
	waiting := s.waiting
	s.waiting = nil
	for _, c := range waiting {
		s.place(c)
	}
}

func (s *supervisor) handTo(w *worker, c *connection) {
	c.owner = w
	s.table.set(c.slot, stateIdle, w.generation)
	err := w.hand(c.slot, c.descriptor, c.client)
	switch {
	case err == unix.EAGAIN: // it reads nothing now: a JVM that collects garbage, say
		s.takeBack(c)
		s.wait(c)
		time.AfterFunc(20*time.Millisecond, func() {
			s.lock.Lock()
			defer s.lock.Unlock()
			s.placeWaiting()
		})
	case err != nil && !w.ended:
		w.kill() // a worker that can't be talked to; its connections move on when it has ended
	}
}

// takeBack frees the slot of a connection whose next request no worker has begun to read.
func (s *supervisor) takeBack(c *connection) {
	c.first = s.table.request(c.slot)
	s.connections[c.slot] = nil
	s.table.set(c.slot, stateFree, 0)
}

// freeSlot returns a slot for a new connection; idle ones give way to it (CONCURRENCY-7). It
// returns -1 where all have requests.
func (s *supervisor) freeSlot() int {
	for slot := range s.used {
		if s.connections[slot] == nil {
			return slot
		}
	}
	if s.used < slotCount {
		s.used++
		return s.used - 1
	}
	var oldest *connection
	for _, c := range s.connections {
		state, _ := s.table.get(c.slot)
		if state == stateIdle && (oldest == nil || c.since.Before(oldest.since)) {
			oldest = c
		}
	}
	if oldest == nil {
		return -1
	}
	slot, generation := oldest.slot, oldest.owner.generation
	if !s.table.swap(slot, stateIdle, generation, stateTaken, generation) {
		return -1 // it has just begun a request
	}
	s.release(oldest.owner, slot)
	return slot
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
			s.takeBack(c)
			s.place(c)
			return
		case stateReading, stateWaiting, stateCalling, stateStreaming:
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
	timedOut, length := status == 408, 0
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
	s.table.countFailure(asked.method, duration, timedOut)
	s.log.write(logEntry{asked, status, length, now - asked.received, time.Now()})
	return true
}

// refuse answers 503 on a connection that no worker has, and closes it when its client has read
// that.
func (s *supervisor) refuse(c *connection) {
	length := reply(c.descriptor, 503, c.first.flags)
	if c.first.line != "" {
		s.log.write(logEntry{c.first, 503, length, monotonic() - c.first.received, time.Now()})
	}
	_ = unix.Shutdown(c.descriptor, unix.SHUT_WR)
	go linger(c.descriptor)
}

// linger reads what a client still sends, since to close before would lose it the answer.
func linger(descriptor int) {
	file := os.NewFile(uintptr(descriptor), "refused")
	defer file.Close()
	_ = file.SetReadDeadline(time.Now().Add(time.Second))
	_, _ = io.Copy(io.Discard, file)
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
