package worker

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"

	"kubeless.invalid/shim/table"
)

// errTaken ends the use of a connection that the supervisor has taken away.
var errTaken = errors.New("the connection belongs to the supervisor again")

// conn is a connection that the supervisor has handed over and can take back at any moment: each
// use of the descriptor is preceded by a step of the slot's state.
type conn struct {
	file   *os.File
	raw    syscall.RawConn
	slot   *table.Slot
	client string // the address of the other end, without a port
	// between is set while net/http waits for the next request.
	between atomic.Bool
	reading readingState
	bounded atomic.Bool // the poller has a deadline for reading
	held    held
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
	c := &conn{file: file, raw: raw, slot: slot, client: slot.Address()}
	c.between.Store(true)
	c.attempt = c.try
	return c, nil
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
	if err := c.release(); err != nil {
		return err
	}
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
		_ = c.release()
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
func (c *conn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(c.client)} }
