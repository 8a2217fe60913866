package worker

import (
	"io"
	"os"
	"runtime"
	"syscall"

	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/table"
)

// Read reads once there is something to read, and marks the connection as idle until then.
func (c *conn) Read(target []byte) (int, error) {
	if !c.reading.begin() {
		return 0, os.ErrDeadlineExceeded
	}
	defer c.reading.end()
	if c.full == 0 {
		c.full = len(target)
	}
	between := c.between.Load()
	if between { // not net/http's watch for the client's going, which runs beside the answer
		if err := c.release(); err != nil {
			return 0, err
		}
	}
	c.untouched = len(target) == c.full && between
	if c.untouched && c.slot.State.Load() != table.Handed {
		c.slot.Deadline.Store(0)
		if !c.move(table.Idle, table.Answering, table.Active) {
			return 0, errTaken
		}
	}
	c.target = target
	if err := c.raw.Read(c.attempt); err != nil {
		return 0, err
	}
	return c.count, c.err
}

// try reads without blocking; false makes the poller wait until the connection is readable.
func (c *conn) try(descriptor uintptr) bool {
	c.count, c.err = 0, nil
	for turn := 0; turn < turns; turn++ {
		if c.read(int(descriptor)) {
			return true
		}
		if !c.untouched {
			break
		}
		runtime.Gosched()
	}
	return false
}

// turns is how often a connection that waits for a request is tried before the poller watches it.
// Between two tries the others have their turn: under load the next request is there afterwards,
// and the poller is spared.
const turns = 3

// read reads what there is; false if that is nothing.
func (c *conn) read(descriptor int) bool {
	if c.untouched && !c.move(table.Active, table.Idle, table.Handed) ||
		c.slot.State.Load() == table.Taken {
		c.err = errTaken
		return true
	}
	count, err := syscall.Read(descriptor, c.target)
	for err == syscall.EINTR {
		count, err = syscall.Read(descriptor, c.target)
	}
	switch {
	case err == syscall.EAGAIN:
		if c.untouched {
			c.move(table.Idle, table.Active)
		}
		return false
	case err != nil:
		c.err = os.NewSyscallError("read", err)
	case count == 0:
		c.err = io.EOF
	default:
		c.count = count
		if c.untouched {
			c.slot.Phase.Store(table.Reading)
			c.slot.Deadline.Store(clock.Now() + int64(uploading))
		}
	}
	return true
}
