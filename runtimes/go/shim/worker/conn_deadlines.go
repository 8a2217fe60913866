package worker

import (
	"errors"
	"sync/atomic"
	"time"
)

// SetDeadline bounds reading and writing.
func (c *conn) SetDeadline(moment time.Time) error {
	return errors.Join(c.SetReadDeadline(moment), c.SetWriteDeadline(moment))
}

// SetReadDeadline spares the poller what changes nothing: net/http aborts its background read with a
// deadline in the past and then clears it, once a request. If no read is running, both calls are no-ops
// here.
func (c *conn) SetReadDeadline(moment time.Time) error {
	if c.reading.expire(moment) {
		return nil
	}
	if !moment.IsZero() {
		// Noted last, and forgotten first below: of two calls at once none leaves a deadline unnoted.
		defer c.hasReadDeadline.Store(true)
	} else if !c.hasReadDeadline.CompareAndSwap(true, false) {
		return nil
	}
	return c.file.SetReadDeadline(moment)
}

// SetWriteDeadline bounds writing.
func (c *conn) SetWriteDeadline(moment time.Time) error {
	return c.file.SetWriteDeadline(moment)
}

// readingState tells whether a read is running, or the next one is to fail at once.
type readingState struct{ atomic.Uint32 }

const (
	resting = uint32(iota)
	reading
	expired
)

func (r *readingState) start() bool { return r.CompareAndSwap(resting, reading) }
func (r *readingState) stop()       { r.CompareAndSwap(reading, resting) }

// abortDeadline is the moment that net/http aborts a read with.
var abortDeadline = time.Unix(1, 0)

// expire notes net/http's abort while no read is running; false if that isn't the case. Any other
// deadline takes it back.
func (r *readingState) expire(moment time.Time) bool {
	if !moment.Equal(abortDeadline) {
		r.CompareAndSwap(expired, resting)
		return false
	}
	return r.CompareAndSwap(resting, expired)
}
