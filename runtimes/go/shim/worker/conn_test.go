package worker

import (
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"kubeless.invalid/shim/table"
)

func TestDeadlinesForReading(t *testing.T) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(pair[1])
	_ = syscall.SetNonblock(pair[0], true)
	slot := &table.Slot{}
	slot.State.Store(table.Active)
	c, err := newConn(pair[0], slot)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.between.Store(false)
	piece := make([]byte, 1)
	for round, bound := range []func(time.Time) error{c.SetReadDeadline, c.SetDeadline} {
		_ = bound(time.Unix(1, 0))
		if _, err := c.Read(piece); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("round %d: %v in place of a passed deadline", round, err)
		}
		for twice := 0; twice < 2; twice++ {
			_ = c.SetReadDeadline(time.Time{})
		}
		_, _ = syscall.Write(pair[1], []byte("x"))
		if count, err := c.Read(piece); count != 1 || err != nil {
			t.Errorf("round %d: %d bytes, %v", round, count, err)
		}
	}
}
