package worker

import (
	"strings"
	"syscall"
	"testing"

	"kubeless.invalid/shim/table"
)

func TestHeldAnswerLeaves(t *testing.T) {
	long := strings.Repeat("x", most)
	for name, leave := range map[string]func(c *conn){
		"for the next request": func(c *conn) {
			c.between.Store(true)
			_, _ = c.Read(make([]byte, most))
		},
		"before the rest of a request": func(c *conn) {
			c.full = most
			c.between.Store(true)
			_, _ = c.Read(make([]byte, 1))
		},
		"before what is too long to be held": func(c *conn) { _, _ = c.Write([]byte(long)) },
		"before the end of the answers":      func(c *conn) { _ = c.CloseWrite() },
		"before the end of the connection":   func(c *conn) { _ = c.Close() },
	} {
		c, client := connected(t)
		c.held.holding = true
		for _, piece := range []string{"head", "body"} {
			if count, err := c.Write([]byte(piece)); count != 4 || err != nil {
				t.Errorf("%s: %d bytes, %v", name, count, err)
			}
		}
		if found := received(client); found != "" || c.slot.State.Load() != table.Active {
			t.Errorf("%s: `%s` was not held", name, found)
		}
		_, _ = syscall.Write(client, []byte("x")) // for what reads
		leave(c)
		if found := received(client); !strings.HasPrefix(found, "headbody") {
			t.Errorf("%s: `%s`", name, found)
		}
		if c.held.holding || len(c.held.answer) > 0 {
			t.Errorf("%s: something is still held", name)
		}
	}
}

func TestStreamIsNotHeld(t *testing.T) { // RESPONSE-9
	c, client := connected(t)
	_, _ = c.Write([]byte("event"))
	if found := received(client); found != "event" || c.slot.State.Load() != table.Answering {
		t.Errorf("`%s`, state %d", found, c.slot.State.Load())
	}
}
