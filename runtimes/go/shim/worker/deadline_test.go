package worker

import (
	"context"
	"testing"
	"time"

	"runtimes.invalid/protocol"
)

func TestDeadlineFires(t *testing.T) {
	made := &deadline{Context: context.Background(), at: protocol.Now() + int64(20*time.Millisecond)}
	if moment, known := made.Deadline(); !known || time.Until(moment) > 20*time.Millisecond {
		t.Error(moment)
	}
	derived, cancel := context.WithCancel(made)
	defer cancel()
	select {
	case <-derived.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("the context outlives the deadline")
	}
	if made.Err() != context.DeadlineExceeded {
		t.Error(made.Err())
	}
}

func TestEndedCallCancels(t *testing.T) {
	used := &deadline{Context: context.Background(), at: protocol.Now() + int64(time.Hour)}
	done := used.Done()
	used.end()
	<-done
	unused := &deadline{Context: context.Background(), at: protocol.Now() + int64(time.Hour)}
	unused.end()
	if unused.Err() != context.Canceled {
		t.Error(unused.Err())
	}
}
