package worker

import (
	"context"
	"sync"
	"time"

	"runtimes.invalid/protocol"
)

// deadline is the context of a call: it ends when the client has gone and at the deadline. The
// timer behind it is made only when the function asks for it; the answer of a late call is the
// supervisor's business and needs none.
type deadline struct {
	context.Context
	at     int64 // protocol.Now()
	once   sync.Once
	timed  context.Context
	cancel context.CancelFunc
}

// Deadline is the moment at which the call must have ended.
func (d *deadline) Deadline() (time.Time, bool) {
	return time.Now().Add(time.Duration(d.at - protocol.Now())), true
}

// Done is closed at the deadline, or when the call has ended or its client has gone.
func (d *deadline) Done() <-chan struct{} { return d.derive().Done() }

// Err is the cause of the end, or nil before it.
func (d *deadline) Err() error { return d.derive().Err() }

func (d *deadline) derive() context.Context {
	d.once.Do(func() {
		moment, _ := d.Deadline()
		d.timed, d.cancel = context.WithDeadline(d.Context, moment)
	})
	return d.timed
}

// end cancels what the function may still hold of the context.
func (d *deadline) end() {
	d.once.Do(func() {
		d.timed, d.cancel = ended, func() {}
	})
	d.cancel()
}

// ended is the context of calls that never asked for theirs and are over.
var ended = func() context.Context {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	return ended
}()
