package serve

import (
	"os"
	"sync"
	"time"

	"runtimes.invalid/supervisor/accesslog"
)

// mostPending is how many bytes of lines may wait for a reader of stdout. Beyond it, records stay in the
// workers' rings.
const mostPending = 8 << 20

// journal writes the access log to stdout, in its own goroutine, because a slow reader of stdout must not
// keep the loop from answering probes (CONCURRENCY-2).
type journal struct {
	format  accesslog.Format
	mutex   sync.Mutex
	pending []byte
	spare   []byte // was written; kept to be used again
	wake    chan struct{}
	writing sync.Mutex
}

func newJournal(asJSON bool) *journal {
	j := &journal{format: accesslog.Format{JSON: asJSON}, wake: make(chan struct{}, 1)}
	go func() {
		for range j.wake {
			j.flush()
		}
	}()
	return j
}

// add adds the line of an entry. It is written after the next poke.
func (j *journal) add(entry *accesslog.Entry) {
	j.mutex.Lock()
	j.pending = j.format.Append(j.pending, entry)
	j.mutex.Unlock()
}

func (j *journal) isFull() bool {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return len(j.pending) > mostPending
}

// poke has what there is written.
func (j *journal) poke() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

func (j *journal) flush() {
	j.writing.Lock()
	defer j.writing.Unlock()
	j.mutex.Lock()
	lines := j.pending
	j.pending = j.spare[:0]
	j.mutex.Unlock()
	if len(lines) > 0 {
		_, _ = os.Stdout.Write(lines)
	}
	j.spare = lines
}

// close writes the rest, unless nobody reads it.
func (j *journal) close() {
	written := make(chan struct{})
	go func() {
		j.flush()
		close(written)
	}()
	select {
	case <-written:
	case <-time.After(500 * time.Millisecond):
	}
}
