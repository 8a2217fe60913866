package main

import (
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A ring holds the access log of one worker until the supervisor writes it: one system call for the
// lines of many requests, and no line is lost with its worker. `Ring.java` has the same numbers.
const (
	ringRead   = 64 // the two ends belong to different processes: they lie in different lines
	ringAsleep = 128
	ringLines  = 4096
	ringBytes  = 256 << 10
)

type ring struct {
	memory     []byte
	descriptor int
}

// newRing makes the shared memory; its descriptor is handed to one worker.
func newRing() (*ring, error) {
	memory, descriptor, err := share("ring", ringLines+ringBytes)
	if err != nil {
		return nil, err
	}
	fresh := &ring{memory, descriptor}
	fresh.sleep()
	return fresh, nil
}

// written and read count bytes since the beginning of the ring.
func (r *ring) written() *atomic.Uint64 { return (*atomic.Uint64)(unsafe.Pointer(&r.memory[0])) }
func (r *ring) read() *atomic.Uint64    { return (*atomic.Uint64)(unsafe.Pointer(&r.memory[ringRead])) }

// sleep has the worker send `fromLogged` with its next line.
func (r *ring) sleep() {
	(*atomic.Uint32)(unsafe.Pointer(&r.memory[ringAsleep])).Store(1)
}

// take appends all that has been written to `buffer` and frees its place.
func (r *ring) take(buffer []byte) []byte {
	read, written := r.read().Load(), r.written().Load()
	length := int(min(written-read, ringBytes))
	lines, at := r.memory[ringLines:], int(read%ringBytes)
	first := min(length, ringBytes-at)
	buffer = append(buffer, lines[at:at+first]...)
	buffer = append(buffer, lines[:length-first]...)
	r.read().Store(written)
	return buffer
}

// free gives the memory back; the ring must not be used afterwards.
func (r *ring) free() {
	_ = unix.Munmap(r.memory)
	_ = unix.Close(r.descriptor)
}
