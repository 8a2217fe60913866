package worker

import (
	"io"
	"os"
	"runtime"
	"syscall"

	"runtimes.invalid/protocol"
)

// Read gives net/http the bytes of checked requests. Between two requests it waits in state IDLE, and the
// supervisor can take the connection.
func (c *conn) Read(target []byte) (int, error) {
	if !c.reading.start() {
		return 0, os.ErrDeadlineExceeded
	}
	defer c.reading.stop()
	if c.hijacked.Load() {
		return c.readHijacked(target)
	}
	if c.answer.closed { // the supervisor reads what is left
		return 0, io.EOF
	}
	if c.stage == delivered {
		return 0, c.wait(c.tryWatch)
	}
	if c.stage == awaitingHead {
		if err := c.next(); err != nil {
			return 0, err
		}
	}
	return c.deliver(target)
}

// wait runs a system call that doesn't block, again each time that the connection becomes readable.
func (c *conn) wait(try func(uintptr) bool) error {
	c.count, c.woken, c.err = 0, false, nil
	if err := c.raw.Read(try); err != nil {
		return err
	}
	return c.err
}

// await waits for the next request, and moves to ACTIVE when its first bytes are there.
func (c *conn) await() error {
	if len(c.buffer) > 0 { // it was pipelined
		return c.move()
	}
	if c.slot.Word().State() != protocol.Handed && !c.slot.Rest() {
		return errTaken
	}
	return c.wait(c.tryBegin)
}

// readAttempts is how often a connection that waits for a request is looked at before the poller
// watches it. Other goroutines run before each look: under load the request is there afterwards, and the
// poller has nothing to do.
const readAttempts = 2

// begin moves to ACTIVE if there is something to read. It looks first, because ACTIVE has to mean that a
// request has begun: when the worker dies, the client of one gets 500.
func (c *conn) begin(descriptor uintptr) bool {
	if c.slot.Word().State() == protocol.Handed {
		c.err = c.move()
		return true
	}
	if c.server.retired.Load() {
		return false // until the supervisor takes the connection
	}
	for look := 0; look < readAttempts; look++ {
		if !c.woken {
			runtime.Gosched()
		} else if look > 0 {
			break
		}
		switch count, err := peek(int(descriptor)); {
		case err == syscall.EAGAIN:
			continue
		case err != nil:
			c.err = os.NewSyscallError("recv", err)
		case count == 0:
			c.err = io.EOF
		default:
			c.err = c.move()
		}
		return true
	}
	c.woken = true
	return false
}

// move moves to ACTIVE: the next request begins.
func (c *conn) move() error {
	now := protocol.Now()
	if !c.slot.Begin(now, now+c.server.table.HeadTime) {
		return errTaken
	}
	c.answer = answer{held: c.answer.held[:0], sent: c.answer.sent}
	return nil
}

// watch waits for the client to disconnect, and reads nothing: what arrives is the next request.
func (c *conn) watch(descriptor uintptr) bool {
	count, err := peek(int(descriptor))
	if count > 0 || err == syscall.EAGAIN {
		return false
	}
	if c.err = io.EOF; err != nil {
		c.err = os.NewSyscallError("recv", err)
	}
	return true
}

// fill reads into `target`.
func (c *conn) fill(descriptor uintptr) bool {
	count, err := syscall.Read(int(descriptor), c.target)
	for err == syscall.EINTR {
		count, err = syscall.Read(int(descriptor), c.target)
	}
	switch {
	case err == syscall.EAGAIN:
		return false
	case err != nil:
		c.err = os.NewSyscallError("read", err)
	case count == 0:
		c.err = io.EOF
	default:
		c.count = count
	}
	return true
}

func peek(descriptor int) (int, error) {
	var first [1]byte
	for {
		count, _, err := syscall.Recvfrom(descriptor, first[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		if err != syscall.EINTR {
			return count, err
		}
	}
}
