package main

import (
	"os"
	"sync"
	"time"

	"kubeless.invalid/shim/table"
)

// logger writes the access log of all workers to stdout, in its own goroutine: a reader of stdout
// that is slow must not keep the loop from answering probes.
type logger struct {
	mutex   sync.Mutex
	tables  map[*table.Table]bool // true: its worker has ended
	pending []byte                // lines of the supervisor's own
	lines   []byte                // being written; kept to be used again
	wake    chan struct{}
	writing sync.Mutex
}

func newLogger() *logger {
	l := &logger{tables: map[*table.Table]bool{}, wake: make(chan struct{}, 1)}
	go func() {
		for range l.wake {
			l.flush()
		}
	}()
	return l
}

func (l *logger) add(one *table.Table) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.tables[one] = false
}

// remove writes what a worker that has ended has left, and gives its table back.
func (l *logger) remove(one *table.Table) {
	l.mutex.Lock()
	l.tables[one] = true
	l.mutex.Unlock()
	l.poke()
}

func (l *logger) append(line []byte) {
	l.mutex.Lock()
	l.pending = append(l.pending, line...)
	l.mutex.Unlock()
	l.poke()
}

// poke asks for what there is to be written.
func (l *logger) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *logger) flush() {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mutex.Lock()
	l.lines = append(l.lines[:0], l.pending...)
	l.pending = l.pending[:0]
	for one, ended := range l.tables {
		l.lines = one.Ring.Read(l.lines)
		if ended {
			delete(l.tables, one)
			one.Unmap()
		}
	}
	l.mutex.Unlock()
	if len(l.lines) > 0 {
		_, _ = os.Stdout.Write(l.lines)
	}
}

// close writes the rest, unless nobody reads it.
func (l *logger) close() {
	written := make(chan struct{})
	go func() {
		l.flush()
		close(written)
	}()
	select {
	case <-written:
	case <-time.After(500 * time.Millisecond):
	}
}
