package worker

import (
	"errors"
	"io"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/head"
)

// errMalformed ends the reading of a body whose chunks are malformed or too many.
var errMalformed = errors.New("the chunks of the body are malformed")

// bufferBytes is the size of a connection's buffer until a head needs a larger one.
const bufferBytes = 4096

// next waits for a request and checks its head; io.EOF if none will come. A refused one is answered here.
func (c *conn) next() error {
	if len(c.answer.held) > 0 && len(c.buffer) == 0 {
		// The answer is whole with this: should the worker end right then, its connection lives on.
		c.slot.End.Store(c.answer.sent + int64(len(c.answer.held)))
	}
	if c.release() != nil || c.await() != nil {
		return io.EOF // net/http answers other errors
	}
	c.presentRequest = presentRequest{buffer: c.buffer}
	for {
		verdict := head.Incomplete
		if len(c.buffer) > 0 {
			verdict = c.head.Read(c.buffer, c.server.table.BodyLimit)
		}
		switch verdict {
		case head.Complete:
			c.accept()
			return nil
		case head.Refused:
			c.describe()
			c.close(c.head.Status)
			return io.EOF
		}
		if c.readMore() != nil {
			return io.EOF
		}
	}
}

// readMore reads into the buffer.
func (c *conn) readMore() error {
	if len(c.buffer) == cap(c.buffer) {
		grown := make([]byte, len(c.buffer), max(2*cap(c.buffer), bufferBytes))
		copy(grown, c.buffer)
		c.buffer = grown
	}
	length := len(c.buffer)
	c.target = c.buffer[length:cap(c.buffer)]
	err := c.wait(c.tryFill)
	c.buffer = c.buffer[:length+c.count]
	return err
}

// describe notes in the slot what the access log tells of the request.
func (c *conn) describe() {
	flags := protocol.Flags(0)
	if c.head.Method == "HEAD" {
		flags |= protocol.FlagHead
	}
	if c.head.CrossOrigin {
		flags |= protocol.FlagCrossOrigin
	}
	c.slot.Describe(&protocol.Texts{
		protocol.Method: c.head.Method, protocol.HTTPVersion: c.head.Protocol,
		protocol.TraceID: c.head.TraceID, protocol.Target: c.head.Target,
		protocol.Referer: c.head.Referer, protocol.UserAgent: c.head.UserAgent,
	}, flags)
}

// accept prepares a request for net/http. Of the buffer it gets this request's bytes and no others, so
// that nothing of the next one has been read when it waits for it.
func (c *conn) accept() {
	c.describe()
	c.rewrite()
	c.stage, c.ready = delivering, c.head.Length
	switch {
	case c.head.BodyLength == head.Chunked:
		c.chunks = &head.Chunks{Limit: c.server.table.BodyLimit}
		c.scan()
	case c.head.BodyLength > 0:
		here := min(c.head.BodyLength, int64(len(c.buffer)-c.ready))
		c.ready += int(here)
		c.left = c.head.BodyLength - here
	}
	if c.left > 0 || c.chunks != nil {
		c.slot.Deadline.Store(protocol.Now() + c.server.table.BodyTime)
	}
}

// scan finds out how much of the buffer belongs to a chunked body.
func (c *conn) scan() {
	count, verdict := c.chunks.Read(c.buffer[c.ready:])
	c.ready += count
	switch verdict {
	case head.Complete:
		c.chunks = nil
	case head.Refused:
		c.status = c.chunks.Status
	}
}

// deliver gives net/http the next bytes of the request.
func (c *conn) deliver(target []byte) (int, error) {
	for c.ready == 0 {
		if c.status != 0 {
			return 0, errMalformed
		}
		if c.chunks == nil {
			return c.deliverUnbuffered(target)
		}
		if err := c.readMore(); err != nil {
			return 0, err
		}
		c.scan()
	}
	count := copy(target, c.buffer[:c.ready])
	c.ready -= count
	c.buffer = c.buffer[:copy(c.buffer, c.buffer[count:])]
	c.noteDelivered()
	return count, nil
}

// deliverUnbuffered reads more of a body with a declared length, and nothing of what follows it.
func (c *conn) deliverUnbuffered(target []byte) (int, error) {
	c.target = target[:min(c.left, int64(len(target)))]
	err := c.wait(c.tryFill)
	c.left -= int64(c.count)
	c.noteDelivered()
	return c.count, err
}

func (c *conn) noteDelivered() {
	if c.ready == 0 && c.left == 0 && c.chunks == nil {
		c.stage = delivered
	}
}

// readHijacked reads what follows the request, for the function.
func (c *conn) readHijacked(target []byte) (int, error) {
	if len(c.buffer) > 0 {
		count := copy(target, c.buffer)
		c.buffer = c.buffer[:copy(c.buffer, c.buffer[count:])]
		return count, nil
	}
	c.target = target
	err := c.wait(c.tryFill)
	return c.count, err
}
