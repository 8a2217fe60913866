package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// supervisor is process 1. It never runs code of the function: it accepts connections, hands them
// to the active worker, keeps a loaded spare, answers what a worker no longer can.
type supervisor struct {
	settings settings
	home     string
	table    *table
	log      *accessLog

	lock        sync.Mutex
	workers     map[int]*worker
	active      *worker
	spare       *worker
	retired     map[*worker]bool
	generation  uint32
	failures    int
	connections []*connection // by slot
	used        int           // slots from here on have never been used
	waiting     []*connection // accepted, while there is no worker
	draining    bool
	listen      func()
}

func newSupervisor(settings settings, home string, shared *table) *supervisor {
	return &supervisor{
		settings: settings, home: home, table: shared, log: newAccessLog(settings.jsonLog),
		workers: map[int]*worker{},
		retired: map[*worker]bool{}, connections: make([]*connection, slotCount),
	}
}

// start begins a worker that becomes the active one or, if there is one, the spare.
func (s *supervisor) start() {
	s.generation = s.generation%0xffffff + 1
	started, err := startWorker(s.home, s.generation, s.table)
	if err != nil {
		cause := "can't start a worker: " + err.Error()
		if s.listen != nil {
			fail(cause)
		}
		// Want of processes or memory may pass, and others have requests.
		fmt.Fprintln(os.Stderr, "error: "+cause)
		s.fillLater()
		return
	}
	s.workers[started.pid] = started
	s.log.add(started.ring)
	if s.active == nil {
		s.active = started
	} else {
		s.spare = started
	}
	go s.listenTo(started)
}

// listenTo handles what a worker says, until it has ended.
func (s *supervisor) listenTo(w *worker) {
	buffer := make([]byte, 64)
	for {
		length, err := w.link.Read(buffer)
		if err != nil || length < 5 {
			return
		}
		s.lock.Lock()
		s.hear(w, buffer[0], int(binary.LittleEndian.Uint32(buffer[1:])))
		s.lock.Unlock()
	}
}

func (s *supervisor) hear(w *worker, kind byte, slot int) {
	switch kind {
	case fromLoaded:
		s.workerLoaded(w)
	case fromClosed:
		s.release(w, slot)
		s.placeWaiting() // for a slot
	case fromExit:
		// FAILURE-4: at once, and not only when the process has ended.
		if !s.answer(slot, w.generation, stateCalling, 500) {
			s.answer(slot, w.generation, stateStreaming, 500)
		}
		s.retire(w)
	case fromRetire:
		s.retire(w)
	case fromLogged:
		s.log.poke()
	}
}

func (s *supervisor) workerLoaded(w *worker) {
	w.loaded = true
	s.failures = 0
	if s.listen != nil { // LOAD-9: not before the function is loaded
		s.listen()
		s.listen = nil
	}
	if w == s.active {
		s.placeWaiting()
		if s.spare == nil {
			// The first answer comes first: the spare's start would take its processor.
			time.AfterFunc(250*time.Millisecond, s.startSpare)
		}
	} else if w == s.spare && s.active.wantsEnd {
		s.retire(s.active)
	}
}

func (s *supervisor) startSpare() {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.spare == nil && s.active != nil && !s.draining {
		s.start()
	}
}

// workerEnded cleans up behind a worker, however it has ended.
func (s *supervisor) workerEnded(pid int, status unix.WaitStatus) {
	s.lock.Lock()
	defer s.lock.Unlock()
	w := s.workers[pid]
	if w == nil {
		return
	}
	_ = unix.Kill(-pid, unix.SIGKILL) // what it has started (TIMEOUT-11)
	w.ended = true
	w.link.Close()
	s.log.remove(w.ring)
	delete(s.workers, pid)
	expected := s.retired[w] || s.draining
	delete(s.retired, w)
	if s.listen != nil && !s.draining { // LOAD-1: the first worker has said why
		os.Exit(exitCode(status))
	}
	if !expected {
		fmt.Fprintf(os.Stderr, "worker %d ended: %s\n", pid, describe(status))
	}
	if w == s.active {
		s.active, s.spare = s.spare, nil
	} else if w == s.spare {
		s.spare = nil
	}
	s.bury(w)
	s.refill(w)
}

// refill starts what is missing after a worker has ended; a load that fails again waits longer.
func (s *supervisor) refill(ended *worker) {
	if s.draining {
		return
	}
	if !ended.loaded {
		s.fillLater()
		return
	}
	s.fill()
}

func (s *supervisor) fillLater() {
	s.failures++
	time.AfterFunc(time.Duration(min(s.failures, 10))*time.Second, func() {
		s.lock.Lock()
		defer s.lock.Unlock()
		s.fill()
	})
}

func (s *supervisor) fill() {
	if s.draining {
		return
	}
	if s.active == nil || (s.spare == nil && s.active.loaded) {
		s.start()
	}
}

func describe(status unix.WaitStatus) string {
	if status.Signaled() {
		return "signal: " + status.Signal().String()
	}
	return fmt.Sprintf("exit status %d", status.ExitStatus())
}

func exitCode(status unix.WaitStatus) int {
	if status.Exited() && status.ExitStatus() != 0 {
		return status.ExitStatus()
	}
	return 1
}
