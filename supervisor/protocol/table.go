package protocol

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// HeaderBytes is the size of the header.
const HeaderBytes = 4096

// Header is the beginning of a table. The supervisor fills it in before the worker starts.
type Header struct {
	Version      uint32
	Slots        uint32        // number of slots
	Draining     atomic.Uint32 // 1: refuse new requests with 503
	ReaderSleeps atomic.Uint32 // 1: who adds a record swaps it to 0 and sends RECORDS
	Timeout      int64         // FUNC_TIMEOUT, nanoseconds
	BodyLimit    int64         // REQ_MB_LIMIT, bytes
	Calls        uint32        // that this worker may execute at the same time
	Concurrency  uint32        // FUNC_CONCURRENCY
	HeadTime     int64         // longest time for a head, nanoseconds
	BodyTime     int64         // longest time for a body, nanoseconds
	SendTime     int64         // longest time for a client to take an answer, nanoseconds
	written      atomic.Uint64 // bytes of the ring since the beginning, by the worker
	_            [56]byte      // the two marks belong to different processes: keep them in different lines
	read         atomic.Uint64 // by the supervisor
}

// Table is the memory that the supervisor shares with one worker, mapped.
type Table struct {
	*Header
	Ring  Ring
	slots []Slot
	data  []byte
}

// Size is the number of bytes of a table with so many slots.
func Size(slots int) int { return HeaderBytes + RingBytes + slots*SlotBytes }

// Map maps the table in the file `descriptor`, whose size tells the number of slots. The error says
// why it can't be mapped.
func Map(descriptor int) (*Table, error) {
	var stat syscall.Stat_t
	if err := syscall.Fstat(descriptor, &stat); err != nil {
		return nil, fmt.Errorf("the table in descriptor `%d` can't be read: %w", descriptor, err)
	}
	slots := (int(stat.Size) - HeaderBytes - RingBytes) / SlotBytes
	if slots < 1 {
		return nil, fmt.Errorf("the table in descriptor `%d` has `%d` bytes, too few for a slot",
			descriptor, stat.Size)
	}
	data, err := syscall.Mmap(
		descriptor, 0, Size(slots), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("the table in descriptor `%d` can't be mapped: %w", descriptor, err)
	}
	header := (*Header)(unsafe.Pointer(&data[0]))
	return &Table{
		Header: header,
		Ring:   Ring{header: header, bytes: data[HeaderBytes : HeaderBytes+RingBytes]},
		slots:  unsafe.Slice((*Slot)(unsafe.Pointer(&data[HeaderBytes+RingBytes])), slots),
		data:   data,
	}, nil
}

// Unmap gives the memory back; the table must not be used afterwards.
func (t *Table) Unmap() { _ = syscall.Munmap(t.data) }

// Slot is the slot of the given number.
func (t *Table) Slot(number int) *Slot { return &t.slots[number] }

// Len is the number of slots.
func (t *Table) Len() int { return len(t.slots) }
