package worker

import (
	"errors"
	"os"
	"syscall"
	"testing"
	"time"
)

// Deadlines for reading hold, whoever of poller and state knows of them.
func TestDeadlinesForReading(t *testing.T) {
	c, client := connected(t)
	c.hijacked.Store(true) // what is read comes from the client
	piece := make([]byte, 1)
	for round, bound := range []func(time.Time) error{c.SetReadDeadline, c.SetDeadline} {
		for _, moment := range []time.Time{abortDeadline, time.Now(), time.Unix(2, 0)} {
			_ = bound(moment)
			if _, err := c.Read(piece); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("round %d: %v in place of a passed deadline", round, err)
			}
			for twice := 0; twice < 2; twice++ {
				_ = c.SetReadDeadline(time.Time{})
			}
			_, _ = syscall.Write(client, []byte("x"))
			if count, err := c.Read(piece); count != 1 || err != nil {
				t.Errorf("round %d: %d bytes, %v", round, count, err)
			}
		}
	}
}

// net/http's abort ends its background read, whether it comes before the read or during it.
func TestDeadlineEndsARead(t *testing.T) {
	c, _ := connected(t)
	ended := make(chan error)
	for round := 0; round < 1000; round++ {
		go func() {
			_, err := c.Read(make([]byte, 1))
			ended <- err
		}()
		_ = c.SetReadDeadline(abortDeadline)
		if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Time{})
	}
}
