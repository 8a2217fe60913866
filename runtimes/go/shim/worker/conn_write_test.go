package worker

import (
	"strings"
	"syscall"
	"testing"

	"runtimes.invalid/protocol"
)

// CONCURRENCY-8: the held end of an answer leaves in time.
func TestHeldAnswerLeaves(t *testing.T) {
	long := strings.Repeat("x", maxHeldBytes)
	for name, leave := range map[string]func(c *conn){
		"for the next request": func(c *conn) {
			c.stage = awaitingHead
			_, _ = c.Read(make([]byte, maxHeldBytes))
		},
		"before what is too long to be held": func(c *conn) { _, _ = c.Write([]byte(long)) },
		"before the end of the answers":      func(c *conn) { _ = c.CloseWrite() },
		"before the end of the connection":   func(c *conn) { _ = c.Close() },
	} {
		c, client := connected(t)
		c.answer.holds = true
		for _, piece := range []string{"head", "body"} {
			if count, err := c.Write([]byte(piece)); count != 4 || err != nil {
				t.Errorf("%s: %d bytes, %v", name, count, err)
			}
		}
		if found := received(client); found != "" || c.slot.Word().State() != protocol.Active {
			t.Errorf("%s: `%s` was not held", name, found)
		}
		_, _ = syscall.Write(client, []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
		leave(c)
		if found := received(client); !strings.HasPrefix(found, "headbody") {
			t.Errorf("%s: `%s`", name, found)
		}
		if c.answer.holds || len(c.answer.held) > 0 {
			t.Errorf("%s: something is still held", name)
		}
	}
}

// RESPONSE-9: a piece of a stream is sent at once, and the phase stays that of the call.
func TestStreamIsNotHeld(t *testing.T) {
	c, client := connected(t)
	c.slot.Enter(protocol.Calling, 1, 0)
	c.slot.Status.Store(200)
	_, _ = c.Write([]byte("event"))
	word := c.slot.Word()
	if found := received(client); found != "event" || word.State() != protocol.Answering ||
		word.Phase() != protocol.Calling {
		t.Errorf("`%s`, word %#x", found, word)
	}
}

// TIMEOUT-1: an interim answer is none: the supervisor can still answer. Its bytes count as sent.
func TestInterimAnswer(t *testing.T) {
	c, client := connected(t)
	const interim = "HTTP/1.1 100 Continue\r\n\r\n"
	_, _ = c.Write([]byte(interim))
	if found := received(client); found != interim || c.slot.Word().State() != protocol.Active {
		t.Errorf("`%s`, word %#x", found, c.slot.Word())
	}
	_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\n\r\n"))
	if sent := c.slot.Sent.Load(); sent != int64(len(interim)) || c.slot.Word().State() != protocol.Answering {
		t.Errorf("%d bytes before the answer, word %#x", sent, c.slot.Word())
	}
}
