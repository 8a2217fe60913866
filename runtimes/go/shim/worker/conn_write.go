package worker

import (
	"bytes"

	"kubeless.invalid/shim/table"
)

// Write sends bytes of an answer, unless the supervisor has answered: a late writer loses.
func (c *conn) Write(answer []byte) (int, error) {
	if c.held.take(answer) {
		return len(answer), nil
	}
	if err := c.release(); err != nil {
		return 0, err
	}
	return c.send(answer)
}

func (c *conn) send(answer []byte) (int, error) {
	if !c.move(table.Answering, table.Active, table.Answering) {
		return 0, errTaken
	}
	count, err := c.file.Write(answer)
	if c.slot.Status.Load() == 0 && bytes.HasPrefix(answer, []byte("HTTP/1.1 1")) {
		c.move(table.Active, table.Answering) // an interim answer: the real one is still to come
	}
	return count, err
}

// most is the longest answer that is held back, in bytes.
const most = 4096

// held is an answer that is complete and is sent only when net/http has ended its watch for the
// client's going. A client that has its answer may send the next request at once; to that watch, it
// would wake another thread, and one connection at a time would get half as many answers.
type held struct {
	holding bool // what is written now ends the answer
	answer  []byte
}

// take holds back a piece of an answer; false if it must be sent.
func (h *held) take(piece []byte) bool {
	if !h.holding || len(h.answer)+len(piece) > most {
		return false
	}
	h.answer = append(h.answer, piece...)
	return true
}

// release sends what has been held back, and holds back nothing of what follows.
func (c *conn) release() error {
	c.held.holding = false
	if len(c.held.answer) == 0 {
		return nil
	}
	_, err := c.send(c.held.answer)
	c.held.answer = c.held.answer[:0]
	return err
}
