package protocoltest

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"os"
	"syscall"

	"runtimes.invalid/protocol"
)

// workerConn is a connection in the worker's hands.
type workerConn struct {
	worker  *Worker
	number  uint32
	file    *os.File
	raw     syscall.RawConn
	slot    *protocol.Slot
	answers chan []byte // to probes
	served  bool        // a request: one that was handed over in a drain was there before
	sent    int64
	called  int64
	status  int
	bytes   int64
	method  string
}

var errTaken = errors.New("the supervisor has the connection")

func (c *workerConn) serve() {
	for c.next() {
	}
	_ = c.file.Close()
	c.slot.LeaveTaken()
}

// next serves one request; false if there is none any more.
func (c *workerConn) next() bool {
	if c.await() != nil {
		return false
	}
	if c.worker.one {
		c.worker.places <- struct{}{}
		defer func() { <-c.worker.places }()
	}
	header := c.worker.table.Header
	if now := protocol.Now(); !c.slot.Begin(now, now+header.HeadTime) {
		return false
	}
	request, err := http.ReadRequest(bufio.NewReader(oneByOne{c.file}))
	if err != nil {
		c.close()
		return false
	}
	body, err := io.ReadAll(io.LimitReader(request.Body, header.BodyLimit))
	if err != nil {
		c.close()
		return false
	}
	c.describe(request)
	c.called, c.bytes, c.method = protocol.Now(), 0, request.Method
	if c.answer(request, body) != nil {
		return false
	}
	if request.Close {
		c.close()
		return false
	}
	return c.slot.Rest()
}

// oneByOne reads no byte of the next request.
type oneByOne struct{ file *os.File }

func (r oneByOne) Read(target []byte) (int, error) { return r.file.Read(target[:1]) }

// await waits until the connection is readable, without reading.
func (c *workerConn) await() error {
	return c.raw.Read(func(descriptor uintptr) bool {
		if !c.slot.Word().IsUnread() {
			return true
		}
		_, _, err := syscall.Recvfrom(int(descriptor), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return err != syscall.EAGAIN
	})
}

func (c *workerConn) close() {
	if c.slot.Close() {
		_ = c.raw.Control(func(descriptor uintptr) { _ = syscall.Shutdown(int(descriptor), syscall.SHUT_WR) })
	}
}

func (c *workerConn) describe(request *http.Request) {
	flags := protocol.Flags(0)
	if request.Method == "HEAD" {
		flags = protocol.FlagHead
	}
	c.slot.Describe(&protocol.Texts{protocol.Method: request.Method, protocol.Target: request.RequestURI,
		protocol.HTTPVersion: request.Proto, protocol.UserAgent: request.UserAgent()}, flags)
}
