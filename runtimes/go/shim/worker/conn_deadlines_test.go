package worker

import (
	"errors"
	"os"
	"syscall"
	"testing"
	"time"
)

var past = time.Unix(1, 0) // as net/http gives it to end a read

func TestDeadlinesForReading(t *testing.T) {
	c, client := connected(t)
	piece := make([]byte, 1)
	for round, bound := range []func(time.Time) error{c.SetReadDeadline, c.SetDeadline} {
		for _, moment := range []time.Time{past, time.Now()} {
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

func TestDeadlineEndsARead(t *testing.T) {
	c, _ := connected(t)
	ended := make(chan error)
	for round := 0; round < 1000; round++ { // the deadline comes before the read, or during it
		go func() {
			_, err := c.Read(make([]byte, 1))
			ended <- err
		}()
		_ = c.SetReadDeadline(past)
		if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Time{})
	}
}
