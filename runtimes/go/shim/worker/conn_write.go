package worker

import (
	"bytes"
	"strconv"

	"runtimes.invalid/protocol"
)

// answer is the answer to the present request.
type answer struct {
	begun  bool   // bytes of it have been sent, or are about to be
	closed bool   // it was sent by `close`: net/http has nothing to add
	held   []byte // the end of it, which has not been sent
	holds  bool   // what net/http writes now is the end
	sent   int64  // bytes sent on the connection
}

// maxHeldBytes is the longest end of an answer that is held back.
const maxHeldBytes = 4096

// Write sends bytes of an answer, unless the supervisor has answered. net/http reads in the background to
// notice a disconnect. If the answer leaves first, the client's next request wakes that reader on another
// thread, which halves the throughput of one connection. So the end of an answer is held back until that
// reader has stopped.
func (c *conn) Write(piece []byte) (int, error) {
	if c.hijacked.Load() {
		return c.writeHijacked(piece)
	}
	if c.answer.holds && len(c.answer.held)+len(piece) <= maxHeldBytes {
		c.answer.held = append(c.answer.held, piece...)
		return len(piece), nil
	}
	if err := c.release(); err != nil {
		return 0, err
	}
	return c.send(piece)
}

// release sends what has been held back, and holds back nothing of what follows.
func (c *conn) release() error {
	c.answer.holds = false
	if len(c.answer.held) == 0 {
		return nil
	}
	_, err := c.send(c.answer.held)
	c.answer.held = c.answer.held[:0]
	return err
}

func (c *conn) send(piece []byte) (int, error) {
	if c.closed.Load() || c.answer.closed {
		return 0, errTaken
	}
	if !c.served { // net/http refuses by itself what has passed our check
		status, _ := strconv.Atoi(string(piece[min(9, len(piece)):min(12, len(piece))]))
		c.close(status)
		return len(piece), nil
	}
	if !c.answer.begun && bytes.HasPrefix(piece, []byte("HTTP/1.1 1")) {
		return c.write(piece) // an interim answer: the real one is still to come
	}
	if err := c.beginAnswer(); err != nil {
		return 0, err
	}
	return c.write(piece)
}

// beginAnswer moves to ANSWERING before the first byte of an answer.
func (c *conn) beginAnswer() error {
	word := c.slot.Word()
	if word.State() == protocol.Active {
		c.slot.Sent.Store(c.answer.sent)
		if !c.slot.Stream(int(c.slot.Status.Load())) {
			return errTaken
		}
	} else if word.State() != protocol.Answering {
		return errTaken
	}
	c.answer.begun = true
	return nil
}

// endAnswer moves to ANSWERING, SENDING: the call has ended, and the client has `limit` nanoseconds to take
// the rest. False if the supervisor has taken the connection.
func (c *conn) endAnswer(status int, limit int64) bool {
	if !c.answer.begun {
		c.slot.Sent.Store(c.answer.sent)
		c.slot.Status.Store(uint32(status))
	}
	return c.slot.Send(limit)
}

// hijack gives the connection to the function: whatever it writes is the answer.
func (c *conn) hijack() {
	_ = c.beginAnswer()
	c.hijacked.Store(true)
}

// writeHijacked is for any goroutine of the function, even after the call.
func (c *conn) writeHijacked(piece []byte) (int, error) {
	if c.closed.Load() || c.slot.Word().State() != protocol.Answering {
		return 0, errTaken
	}
	return c.file.Write(piece)
}

func (c *conn) write(piece []byte) (int, error) {
	count, err := c.file.Write(piece)
	c.answer.sent += int64(count)
	return count, err
}
