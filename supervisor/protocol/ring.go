package protocol

import (
	"time"
	"unsafe"
)

// RingBytes is the size of the ring.
const RingBytes = 512 << 10

// RecordBytes is the size of a record without its texts.
const RecordBytes = 64

// Outcome of a request.
type Outcome uint8

// The outcomes of a request.
const (
	NoCall Outcome = iota
	Call
	FailedCall
)

// Record is a request that a worker has answered. Times are nanoseconds.
type Record struct {
	Slot         uint32
	Sequence     uint16
	Status       uint16
	Outcome      Outcome
	Began        int64 // Now() when the request was received
	Duration     int64 // of the request
	CallDuration int64
	Bytes        int64 // of the answer's body
	Texts        Texts
}

// head is the beginning of a record in the ring.
type head struct {
	size         uint32 // of the record, a multiple of 8
	slot         uint32
	sequence     uint16
	status       uint16
	outcome      Outcome
	_            byte
	lengths      [TextCount]uint16
	_            uint32
	began        int64
	duration     int64
	callDuration int64
	bytes        int64
}

// Ring hands records from a worker to the supervisor: one writer at a time, one reader.
type Ring struct {
	header *Header
	bytes  []byte
	frame  frame // being written
}

// frame is a record with room for all texts at their bounds, and for padding.
type frame struct {
	head
	texts [1904 + 8]byte
}

// Write adds a record, each text cut at its bound, and waits while the ring is full. True if the reader
// sleeps: RECORDS has to be sent. The caller sees to it that nobody else writes.
func (r *Ring) Write(record *Record) bool {
	r.frame.head = head{
		slot: record.Slot, sequence: record.Sequence, status: record.Status, outcome: record.Outcome,
		began: record.Began, duration: record.Duration, callDuration: record.CallDuration,
		bytes: record.Bytes,
	}
	end := 0
	for index, text := range record.Texts {
		length := copy(r.frame.texts[end:], text[:min(len(text), TextBounds[index])])
		r.frame.lengths[index] = uint16(length)
		end += length
	}
	r.frame.size = uint32(RecordBytes+end+7) &^ 7
	r.add(unsafe.Slice((*byte)(unsafe.Pointer(&r.frame)), r.frame.size))
	sleeps := &r.header.ReaderSleeps
	return sleeps.Load() != 0 && sleeps.CompareAndSwap(1, 0)
}

func (r *Ring) add(bytes []byte) {
	written := r.header.written.Load()
	for written+uint64(len(bytes))-r.header.read.Load() > RingBytes {
		time.Sleep(time.Millisecond)
	}
	at := int(written % RingBytes)
	rest := copy(r.bytes[at:], bytes)
	copy(r.bytes, bytes[rest:])
	// The mark moves last: a writer that is killed before leaves no half record behind.
	r.header.written.Store(written + uint64(len(bytes)))
}

// Read appends all records to `buffer` and takes them out of the ring.
func (r *Ring) Read(buffer []byte) []byte {
	read, written := r.header.read.Load(), r.header.written.Load()
	length := int(min(written-read, RingBytes))
	at := int(read % RingBytes)
	first := min(length, RingBytes-at)
	buffer = append(buffer, r.bytes[at:at+first]...)
	buffer = append(buffer, r.bytes[:length-first]...)
	r.header.read.Store(written)
	return buffer
}

// Sleep has the worker send RECORDS with its next record. The reader looks once more afterwards.
func (r *Ring) Sleep() { r.header.ReaderSleeps.Store(1) }

// Next takes the first record off what Read has given, and returns the rest. False if there is none
// that is well formed. The texts are valid as long as the bytes are.
func Next(bytes []byte, record *Record) ([]byte, bool) {
	if len(bytes) < RecordBytes {
		return nil, false
	}
	beginning := (*head)(unsafe.Pointer(&bytes[0]))
	size := int(beginning.size)
	if size < RecordBytes || size > len(bytes) || size%8 != 0 {
		return nil, false
	}
	*record = Record{
		Slot: beginning.slot, Sequence: beginning.sequence, Status: beginning.status,
		Outcome: beginning.outcome, Began: beginning.began, Duration: beginning.duration,
		CallDuration: beginning.callDuration, Bytes: beginning.bytes,
	}
	at := RecordBytes
	for index, length := range beginning.lengths {
		end := min(at+int(length), size)
		if end > at {
			record.Texts[index] = unsafe.String(&bytes[at], end-at)
		}
		at = end
	}
	return bytes[size:], true
}
