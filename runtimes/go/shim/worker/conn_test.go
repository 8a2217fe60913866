package worker

import (
	"syscall"
	"testing"

	"kubeless.invalid/shim/table"
)

// connected is a connection that has a request, and the descriptor of its client.
func connected(t *testing.T) (c *conn, client int) {
	t.Helper()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, descriptor := range pair {
		_ = syscall.SetNonblock(descriptor, true)
	}
	slot := &table.Slot{}
	slot.State.Store(table.Active)
	if c, err = newConn(pair[0], slot); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(); _ = syscall.Close(pair[1]) })
	c.between.Store(false)
	return c, pair[1]
}

// received is what has reached a client so far.
func received(client int) string {
	buffer := make([]byte, 2*most)
	count, _ := syscall.Read(client, buffer)
	return string(buffer[:max(count, 0)])
}

func TestTakenConnection(t *testing.T) { // TIMEOUT-1
	c, client := connected(t)
	c.held.holding = true
	_, _ = c.Write([]byte("held"))
	c.slot.State.Store(table.Taken)
	if err := c.release(); err != errTaken {
		t.Errorf("%v", err)
	}
	if _, err := c.Read(make([]byte, 1)); err != errTaken {
		t.Errorf("%v", err)
	}
	_ = c.Close()
	if found := received(client); found != "" || c.slot.State.Load() != table.Gone {
		t.Errorf("`%s` was sent, state %d", found, c.slot.State.Load())
	}
}
