package main

import (
	"os"
	"sync"
	"time"
)

const (
	flushPace   = 10 * time.Millisecond
	mostPending = 1 << 20 // bytes
)

// accessLog writes the lines of all workers and of the supervisor to stdout, from a goroutine of its
// own: whoever reads them may be slow, and probes and deadlines don't wait for that (CONCURRENCY-2,
// TIMEOUT-2). Lines that come close together go out in one piece; one that comes alone, at once.
type accessLog struct {
	asJSON  bool
	lock    sync.Mutex
	pending []byte         // the supervisor's own lines
	rings   map[*ring]bool // true: its worker has ended
	wake    chan struct{}
	writing sync.Mutex
	buffer  []byte // being written; kept to be used again
}

func newAccessLog(asJSON bool) *accessLog {
	log := &accessLog{asJSON: asJSON, rings: map[*ring]bool{}, wake: make(chan struct{}, 1)}
	go func() {
		for range log.wake {
			for log.flush() {
				time.Sleep(flushPace)
			}
		}
	}()
	return log
}

// add has the lines of a new worker written, and remove those that one which has ended has left.
func (log *accessLog) add(one *ring) {
	log.lock.Lock()
	defer log.lock.Unlock()
	log.rings[one] = false
}

func (log *accessLog) remove(one *ring) {
	log.lock.Lock()
	log.rings[one] = true
	log.lock.Unlock()
	log.poke()
}

// write adds a line of the supervisor's; it is lost where very many wait already.
func (log *accessLog) write(entry logEntry) {
	line := entry.text(log.asJSON)
	log.lock.Lock()
	if len(log.pending) < mostPending {
		log.pending = append(log.pending, line...)
	}
	log.lock.Unlock()
	log.poke()
}

// poke asks for what there is to be written.
func (log *accessLog) poke() {
	select {
	case log.wake <- struct{}{}:
	default:
	}
}

// flush writes all lines there are; false if there are none, and then a worker's next one pokes.
func (log *accessLog) flush() bool {
	log.writing.Lock()
	defer log.writing.Unlock()
	if !log.gather(false) && !log.gather(true) {
		return false
	}
	_, _ = os.Stdout.Write(log.buffer)
	return true
}

// gather takes the lines; with `last`, the rings sleep from just before.
func (log *accessLog) gather(last bool) bool {
	log.lock.Lock()
	defer log.lock.Unlock()
	log.buffer = append(log.buffer[:0], log.pending...)
	log.pending = log.pending[:0]
	for one, ended := range log.rings {
		if last {
			one.sleep()
		}
		log.buffer = one.take(log.buffer)
		if ended {
			delete(log.rings, one)
			one.free()
		}
	}
	return len(log.buffer) > 0
}

// close writes what is left, unless nobody reads it.
func (log *accessLog) close() {
	ended := make(chan struct{})
	go func() {
		log.flush()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(time.Second):
	}
}
