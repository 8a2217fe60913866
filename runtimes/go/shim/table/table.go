// Package table is the memory that the supervisor shares with one worker: a slot for each
// connection that the worker has been handed, and a ring that holds its access log.
//
// It lives in a file that both processes map, so what a worker has noted there outlives it: after
// a crash the supervisor knows which connections wait for an answer (FAILURE-4, FAILURE-5), at the
// deadline it takes a connection away with one compare-and-swap (TIMEOUT-1), and no line of the
// access log is lost.
package table

import (
	"fmt"
	"syscall"
	"unsafe"
)

const (
	headerBytes = 4096
	slotBytes   = 1024
	fewestSlots = 1024
)

// Descriptors that the supervisor gives a worker.
const (
	ControlDescriptor  = 3 // socket on which connections are handed over
	TableDescriptor    = 4
	CountersDescriptor = 5 // of package metrics
	StderrDescriptor   = 6 // the container's stderr; 2 is captured until the worker is ready
)

// Retire is the message on the control socket, in place of a slot's number, that tells a worker
// that it gets no more connections.
const Retire = ^uint32(0)

// LetGo is added to the number of a slot whose connection the supervisor has taken: the worker,
// which sleeps until there is something to be read, is to let go of it.
const LetGo = uint32(1 << 31)

// Table is the shared memory of one worker, mapped.
type Table struct {
	Ring  Ring
	slots []Slot
	data  []byte
}

// Size is the number of bytes of a table for `concurrency` requests at the same time.
func Size(concurrency int) int {
	return headerBytes + ringBytes + count(concurrency)*slotBytes
}

// Map maps the file `fd`, which has Size(concurrency) bytes.
func Map(fd, concurrency int) (*Table, error) {
	data, err := syscall.Mmap(
		fd, 0, Size(concurrency), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("the shared table can't be mapped: %w", err)
	}
	first := (*Slot)(unsafe.Pointer(&data[headerBytes+ringBytes]))
	return &Table{
		Ring: Ring{
			marks: (*marks)(unsafe.Pointer(&data[0])),
			bytes: data[headerBytes : headerBytes+ringBytes],
		},
		slots: unsafe.Slice(first, count(concurrency)),
		data:  data,
	}, nil
}

// Unmap gives the memory back; the table must not be used afterwards.
func (t *Table) Unmap() { _ = syscall.Munmap(t.data) }

// Slot is the slot of the given number.
func (t *Table) Slot(number int) *Slot { return &t.slots[number] }

// Len is the number of slots.
func (t *Table) Len() int { return len(t.slots) }

// count leaves room for connections beyond the bound, whose requests are refused one by one.
func count(concurrency int) int { return max(fewestSlots, 2*concurrency) }
