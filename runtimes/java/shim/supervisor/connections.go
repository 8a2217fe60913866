package main

import (
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
		s.wait(c)
		return
	}
	slot := s.freeSlot()
	if slot < 0 {
		if s.evict() {
			s.wait(c)
		} else {
			s.refuse(c)
		}
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

// freeSlot returns a slot for a new connection, -1 where there is none.
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
	return -1
}

// evict ends the oldest idle connection, so that its slot will be free when the worker has let go
// of it (CONCURRENCY-7); false where all have requests. Until then what the worker does to the slot
// would be done to the next connection.
func (s *supervisor) evict() bool {
	var oldest *connection
	for _, c := range s.connections {
		state, _ := s.table.get(c.slot)
		if state == stateIdle && (oldest == nil || c.since.Before(oldest.since)) {
			oldest = c
		}
	}
	if oldest == nil {
		return false
	}
	generation := oldest.owner.generation
	if !s.table.swap(oldest.slot, stateIdle, generation, stateTaken, generation) {
		return false // it has just begun a request
	}
	_ = unix.Shutdown(oldest.descriptor, unix.SHUT_RDWR)
	return true
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
