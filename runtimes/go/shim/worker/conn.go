package worker

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/head"
)

// errTaken ends the use of a connection that the supervisor has taken.
var errTaken = errors.New("the supervisor has taken the connection")

// conn is a connection that the supervisor has handed over and can take back at any moment: the worker
// moves the word of its slot before it uses the descriptor.
type conn struct {
	server  *server
	file    *os.File
	raw     syscall.RawConn
	slot    *protocol.Slot
	number  uint32
	address string // of the client, without a port
	probe   chan probeAnswer

	reading         readingState
	hasReadDeadline atomic.Bool // the poller has one
	hijacked        atomic.Bool // the function has taken the connection for itself
	closed          atomic.Bool

	presentRequest        // what of it net/http has been given
	answer         answer // what of it has been sent

	// The running system call, kept here because a closure for each would be an allocation.
	tryBegin, tryFill, tryWatch func(descriptor uintptr) bool
	target                      []byte
	count                       int
	woken                       bool // by the poller
	err                         error
}

// presentRequest is the present request of a connection, or the wait for it.
type presentRequest struct {
	stage    stage
	head     head.Head
	original *original // nil: net/http has been given the request line as it was sent
	buffer   []byte    // bytes that have been read and that net/http has not been given
	ready    int       // bytes of the buffer that belong to this request
	left     int64     // bytes of a body with a declared length that have not been read
	chunks   *head.Chunks
	status   int  // of the refusal of a malformed body, or 0
	served   bool // the handler has begun
}

// stage tells what net/http can read of a request.
type stage int

const (
	awaitingHead stage = iota // nothing of the next one before it has been checked
	delivering                // the rest
	delivered                 // nothing: it reads only to notice a disconnect
)

func newConn(s *server, descriptor int, number uint32) (*conn, error) {
	file := os.NewFile(uintptr(descriptor), "connection")
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	slot := s.table.Slot(int(number))
	c := &conn{
		server: s, file: file, raw: raw, slot: slot, number: number,
		address: slot.Texts()[protocol.Address], probe: make(chan probeAnswer, 1),
	}
	c.tryBegin, c.tryFill, c.tryWatch = c.begin, c.fill, c.watch
	return c, nil
}

// Close ends the connection, or only lets go of it if the supervisor has taken it.
func (c *conn) Close() error {
	if !c.hijacked.Load() {
		_ = c.release()
	}
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	flags := c.slot.Flags()
	if !c.slot.Close() {
		err := c.file.Close()
		c.slot.LeaveTaken()
		return err
	}
	switch { // The supervisor holds a copy of the descriptor, so `close` alone tells the client nothing.
	case flags&protocol.FlagLinger != 0:
		c.shutdown(syscall.SHUT_WR)
	case flags&protocol.FlagReset == 0:
		c.shutdown(syscall.SHUT_RDWR)
	}
	return c.file.Close()
}

// CloseWrite ends the answer; net/http calls it before it closes a connection with unread input.
func (c *conn) CloseWrite() error {
	if err := c.release(); err != nil {
		return err
	}
	if c.closed.Load() || c.slot.Word().State() == protocol.Taken {
		return errTaken
	}
	c.shutdown(syscall.SHUT_WR)
	return nil
}

func (c *conn) shutdown(how int) {
	_ = c.raw.Control(func(descriptor uintptr) { _ = syscall.Shutdown(int(descriptor), how) })
}

func (c *conn) LocalAddr() net.Addr  { return &net.TCPAddr{} }
func (c *conn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(c.address)} }
