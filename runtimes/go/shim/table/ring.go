package table

import (
	"sync/atomic"
	"time"
)

const ringBytes = 512 << 10

// marks are the ends of the ring, counted in bytes since its beginning.
type marks struct {
	written atomic.Uint64
	_       [56]byte // the two ends belong to different processes: keep them in different lines
	read    atomic.Uint64
}

// Ring hands lines from a worker to the supervisor: one writer at a time, one reader.
type Ring struct {
	marks *marks
	bytes []byte
}

// Write appends a line, and waits while the reader is that far behind.
func (r *Ring) Write(line []byte) {
	line = line[:min(len(line), len(r.bytes))]
	written := r.marks.written.Load()
	for written+uint64(len(line))-r.marks.read.Load() > uint64(len(r.bytes)) {
		time.Sleep(time.Millisecond)
	}
	at := int(written % uint64(len(r.bytes)))
	rest := copy(r.bytes[at:], line)
	copy(r.bytes, line[rest:])
	// The mark moves last: a writer that is killed before leaves no half line behind.
	r.marks.written.Store(written + uint64(len(line)))
}

// Read appends all that has been written to `buffer` and takes it out of the ring.
func (r *Ring) Read(buffer []byte) []byte {
	read, written := r.marks.read.Load(), r.marks.written.Load()
	length := min(written-read, uint64(len(r.bytes)))
	at := int(read % uint64(len(r.bytes)))
	first := min(int(length), len(r.bytes)-at)
	buffer = append(buffer, r.bytes[at:at+first]...)
	buffer = append(buffer, r.bytes[:int(length)-first]...)
	r.marks.read.Store(written)
	return buffer
}
