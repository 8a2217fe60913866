package worker

import (
	"os"
	"syscall"
	"testing"

	"github.com/kubeless/kubeless/pkg/functions"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/protocoltest"
)

// connected is a connection whose request has been read and is being served, and its client's descriptor.
func connected(t *testing.T) (c *conn, client int) {
	t.Helper()
	supervisor, control, table, err := protocoltest.Attach(protocoltest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, descriptor := range pair {
		_ = syscall.SetNonblock(descriptor, true)
	}
	s := newServer(nil, functions.Context{}, supervisor.Table)
	if c, err = newConn(s, pair[0], 0); err != nil {
		t.Fatal(err)
	}
	if !c.slot.Hand() || c.move() != nil {
		t.Fatalf("word %#x", c.slot.Word())
	}
	c.stage, c.served = delivered, true
	t.Cleanup(func() {
		_ = c.Close()
		_ = syscall.Close(pair[1])
		for _, file := range []*os.File{control, table} {
			file.Close()
		}
	})
	return c, pair[1]
}

// received is what has reached a client so far.
func received(client int) string {
	buffer := make([]byte, 2*maxHeldBytes)
	count, _ := syscall.Read(client, buffer)
	return string(buffer[:max(count, 0)])
}

// TIMEOUT-1: of a connection that the supervisor has taken nothing is read, and nothing is sent on it.
func TestTakenConnection(t *testing.T) {
	c, client := connected(t)
	c.answer.holds = true
	_, _ = c.Write([]byte("held"))
	c.slot.Take(c.slot.Word())
	_, _ = syscall.Write(client, []byte("GET / HTTP/1.1\r\n"))
	c.stage = awaitingHead
	if count, err := c.Read(make([]byte, maxHeldBytes)); count != 0 || err == nil {
		t.Errorf("%d bytes, %v", count, err)
	}
	_ = c.Close()
	if found := received(client); found != "" || c.slot.Word().State() != protocol.Free {
		t.Errorf("`%s` was sent, word %#x", found, c.slot.Word())
	}
}

// A second Close leaves the slot alone, which is another connection's by then.
func TestClosedTwice(t *testing.T) {
	c, _ := connected(t)
	_ = c.Close()
	c.slot.Release()
	c.slot.Hand()
	if err := c.Close(); err == nil || c.slot.Word().State() != protocol.Handed {
		t.Errorf("%v, word %#x", err, c.slot.Word())
	}
}
