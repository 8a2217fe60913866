package worker

import (
	"errors"
	"sync/atomic"
	"time"

	"kubeless.invalid/shim/clock"
)

// SetDeadline bounds reading and writing.
func (c *conn) SetDeadline(moment time.Time) error {
	return errors.Join(c.SetReadDeadline(moment), c.SetWriteDeadline(moment))
}

// SetReadDeadline spares the poller what changes nothing: for each request net/http ends a read
// that mostly hasn't begun yet by a deadline that has passed, and takes that deadline back.
func (c *conn) SetReadDeadline(moment time.Time) error {
	if c.reading.expire(moment) {
		return nil
	}
	if !moment.IsZero() {
		// Noted last, and forgotten first below: of two calls at once none leaves a deadline unnoted.
		defer c.bounded.Store(true)
	} else if !c.bounded.CompareAndSwap(true, false) {
		return nil
	}
	return c.file.SetReadDeadline(moment)
}

// SetWriteDeadline bounds writing.
func (c *conn) SetWriteDeadline(moment time.Time) error {
	return c.file.SetWriteDeadline(moment)
}

// readingState tells whether a read is under way, or the next one is to fail at once.
type readingState struct{ atomic.Uint32 }

const (
	resting = uint32(iota)
	reading
	expired
)

func (r *readingState) begin() bool { return r.CompareAndSwap(resting, reading) }
func (r *readingState) end()        { r.CompareAndSwap(reading, resting) }

// expire notes a deadline of the past while no read is under way; false if that isn't the case.
// Any other deadline takes it back. net/http's is of 1970; one that has passed since this process
// began is left to the poller.
func (r *readingState) expire(moment time.Time) bool {
	if moment.IsZero() || moment.After(clock.Base) {
		r.CompareAndSwap(expired, resting)
		return false
	}
	return r.CompareAndSwap(resting, expired)
}
