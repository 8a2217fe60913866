package worker

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/table"
)

// errTaken ends the use of a connection that the supervisor has taken away.
var errTaken = errors.New("the connection belongs to the supervisor again")

// conn is a connection that the supervisor has handed over and can take back at any moment: each
// use of the descriptor is preceded by a step of the slot's state.
type conn struct {
	file    *os.File
	raw     syscall.RawConn
	slot    *table.Slot
	address *net.TCPAddr
	// between is set while net/http waits for the next request.
	between atomic.Bool
	// bounded is set while there is a deadline for reading.
	bounded   bool
	deadlines sync.Mutex
	// hijacked is set once the function has taken the connection for itself.
	hijacked atomic.Bool
	// full is the size of net/http's read buffer, which it offers whole only when it is empty.
	full int
	// The running Read: what it reads into and what came of it; kept here to allocate nothing.
	target    []byte
	count     int
	err       error
	untouched bool // nothing of the next request has been read, so the connection can be taken
	attempt   func(descriptor uintptr) bool
}

func newConn(descriptor int, slot *table.Slot) (*conn, error) {
	file := os.NewFile(uintptr(descriptor), "connection")
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	address := &net.TCPAddr{IP: net.ParseIP(slot.Address())}
	c := &conn{file: file, raw: raw, slot: slot, address: address}
	c.between.Store(true)
	c.attempt = c.try
	return c, nil
}

// Read reads once there is something to read, and marks the connection as idle until then.
func (c *conn) Read(target []byte) (int, error) {
	if c.full == 0 {
		c.full = len(target)
	}
	c.untouched = len(target) == c.full && c.between.Load()
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
	if c.untouched && !c.move(table.Active, table.Idle, table.Handed) ||
		c.slot.State.Load() == table.Taken {
		c.err = errTaken
		return true
	}
	count, err := syscall.Read(int(descriptor), c.target)
	for err == syscall.EINTR {
		count, err = syscall.Read(int(descriptor), c.target)
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

// Write sends bytes of an answer, unless the supervisor has answered: a late writer loses.
func (c *conn) Write(answer []byte) (int, error) {
	if !c.move(table.Answering, table.Active, table.Answering) {
		return 0, errTaken
	}
	count, err := c.file.Write(answer)
	if bytes.HasPrefix(answer, []byte("HTTP/1.1 1")) {
		c.move(table.Active, table.Answering) // an interim answer: the real one is still to come
	}
	return count, err
}

// move steps the state from one of the given values; false if it had another.
func (c *conn) move(to uint32, from ...uint32) bool {
	for {
		state := c.slot.State.Load()
		allowed := false
		for _, value := range from {
			allowed = allowed || value == state
		}
		if !allowed {
			return false
		}
		if c.slot.State.CompareAndSwap(state, to) {
			return true
		}
	}
}

// CloseWrite ends the answer; net/http calls it before it closes a connection with unread input.
func (c *conn) CloseWrite() error {
	if c.slot.State.Load() == table.Taken {
		return errTaken
	}
	return c.raw.Control(func(descriptor uintptr) {
		_ = syscall.Shutdown(int(descriptor), syscall.SHUT_WR)
	})
}

// Close ends the connection, or only lets go of it where the supervisor has taken it.
func (c *conn) Close() error {
	if c.slot.State.Load() != table.Taken {
		// The supervisor holds a descriptor of it too, so closing ours would tell the client nothing.
		_ = c.raw.Control(func(descriptor uintptr) {
			_ = syscall.Shutdown(int(descriptor), syscall.SHUT_RDWR)
		})
	}
	err := c.file.Close()
	if !c.move(table.Closed, table.Handed, table.Active, table.Answering, table.Idle) {
		c.move(table.Gone, table.Taken)
	}
	return err
}

func (c *conn) LocalAddr() net.Addr  { return &net.TCPAddr{} }
func (c *conn) RemoteAddr() net.Addr { return c.address }

// SetDeadline bounds reading and writing.
func (c *conn) SetDeadline(moment time.Time) error {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	c.bounded = !moment.IsZero()
	return c.file.SetDeadline(moment)
}

// SetReadDeadline spares the poller what changes nothing: net/http ends a deadline several times a
// request, and sets none.
func (c *conn) SetReadDeadline(moment time.Time) error {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	if !c.bounded && moment.IsZero() {
		return nil
	}
	c.bounded = !moment.IsZero()
	return c.file.SetReadDeadline(moment)
}

func (c *conn) SetWriteDeadline(moment time.Time) error {
	return c.file.SetWriteDeadline(moment)
}
