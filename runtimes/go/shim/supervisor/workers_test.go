package main

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/table"
)

func TestSpareTakesOver(t *testing.T) { // TIMEOUT-8
	s := newStage(t)
	next, _ := s.newWorker()
	s.spare = next
	s.retire(s.worker, clock.Now())
	if s.current != next || s.spare != nil {
		t.Error("the spare is not in service")
	}
	message := make([]byte, 16)
	count, err := unix.Read(s.inbox, message)
	if err != nil || count != 4 || binary.NativeEndian.Uint32(message) != table.Retire {
		t.Errorf("the worker has heard %v, %v", message[:count], err)
	}
	since := s.worker.retired
	s.retire(s.worker, since+1)
	if s.worker.retired != since {
		t.Error("a second timeout gives the worker more time")
	}
}

func TestUnreadySpareWaits(t *testing.T) { // LOAD-8
	s := newStage(t)
	next, inbox := s.newWorker()
	next.ready, s.spare, s.serving = false, next, true
	s.retire(s.worker, clock.Now())
	_, c := s.connect("GET /a HTTP/1.1\r\n\r\n")
	s.readable(c)
	if s.current != nil || len(s.waiting) != 1 {
		t.Fatal("a worker that is not ready serves")
	}
	if _, err := unix.Write(inbox, []byte("ready")); err != nil {
		t.Fatal(err)
	}
	s.hear(next)
	if s.current != next || len(next.used) != 1 || len(s.waiting) != 0 {
		t.Error("the request still waits")
	}
}

func TestFailedSpareDelaysNobody(t *testing.T) { // CONCURRENCY-2
	s := newStage(t)
	next, _ := s.newWorker()
	startup, input, err := newCapture()
	if err != nil {
		t.Fatal(err)
	}
	defer input.Close() // what the start has left behind holds it
	next.ready, next.startup, s.spare, s.serving = false, startup, next, true
	begun := time.Now()
	s.ended(next, unix.WaitStatus(1<<8))
	if took := time.Since(begun); took > 500*time.Millisecond {
		t.Errorf("the loop stood still for %s", took)
	}
	if s.current != s.worker || s.failures != 1 || s.startAfter <= clock.Now() {
		t.Errorf("%d failures", s.failures)
	}
}

func TestDescribe(t *testing.T) {
	for status, want := range map[unix.WaitStatus]string{3 << 8: "exit status 3", 9: "signal killed"} {
		if found := describe(status); found != want {
			t.Error(fmt.Sprint(uint32(status)), found)
		}
	}
}
