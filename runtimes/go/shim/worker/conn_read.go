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
	c.untouched = len(target) == c.full && between
	c.releasing = between && c.held.any()
	if c.untouched && !c.releasing && !c.rest() {
		return 0, errTaken
	}
	c.target = target
	if err := c.raw.Read(c.attempt); err != nil {
		return 0, err
	}
	return c.count, c.err
}

// rest marks the connection as idle; false if the supervisor has taken it.
func (c *conn) rest() bool {
	if c.slot.State.Load() == table.Handed {
		return true
	}
	c.slot.Deadline.Store(0)
	return c.move(table.Idle, table.Answering, table.Active)
}

// try reads without blocking; false makes the poller wait until the connection is readable.
func (c *conn) try(descriptor uintptr) bool {
	c.count, c.err = 0, nil
	if c.releasing {
		c.releasing = false
		if c.err = c.release(); c.err != nil {
			return true
		}
		if c.untouched && !c.rest() {
			c.err = errTaken
			return true
		}
	}
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
