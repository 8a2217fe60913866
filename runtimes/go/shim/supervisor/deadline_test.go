package main

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/table"
)

const soon, later = -time.Millisecond, time.Hour

func TestTimeout(t *testing.T) { // TIMEOUT-1, OBSERVABILITY-4
	s := newStage(t)
	client, slot := s.taken(table.Active, table.Calling, soon)
	s.scan(s.worker, clock.Now())
	has(t, answer(client), "HTTP/1.1 408 ", "Request Timeout")
	has(t, string(s.counters.Text(nil)), `timeouts_total{method="GET"} 1`, "in_flight 0")
	has(t, string(s.log.pending), `10.0.0.1 - - [`, `"GET /a HTTP/1.1" 408 15`)
	if s.worker.retired == 0 || s.current != nil || slot.Deadline.Load() != table.Over {
		t.Error("the worker is still in service")
	}
}

func TestTimeoutOfAStream(t *testing.T) { // TIMEOUT-13
	s := newStage(t)
	client, slot := s.taken(table.Answering, table.Calling, soon)
	slot.Status.Store(201)
	s.scan(s.worker, clock.Now())
	if received := answer(client); received != "" {
		t.Error(received)
	}
	has(t, string(s.counters.Text(nil)), `timeouts_total{method="GET"} 1`, "in_flight 0")
	has(t, string(s.log.pending), `"GET /a HTTP/1.1" 201 0`)
}

func TestClientThatDoesNotRead(t *testing.T) { // CONCURRENCY-6
	s := newStage(t)
	client, slot := s.taken(table.Answering, table.Sending, soon)
	slot.Status.Store(200)
	s.scan(s.worker, clock.Now())
	answer(client)
	has(t, string(s.log.pending), `"GET /a HTTP/1.1" 200 0`)
	if s.worker.retired != 0 || strings.Contains(string(s.counters.Text(nil)), "timeouts_total{") {
		t.Error("the function is taken to be late")
	}
}

func TestDeadlineAhead(t *testing.T) { // TIMEOUT-7
	s := newStage(t)
	_, slot := s.taken(table.Active, table.Calling, later)
	s.scan(s.worker, clock.Now())
	if !s.worker.busy || slot.State.Load() != table.Active || s.worker.retired != 0 {
		t.Error("a call was ended before its deadline")
	}
}

func TestRetiredWorkerCompletesOtherCalls(t *testing.T) { // TIMEOUT-6, TIMEOUT-7
	s := newStage(t)
	s.taken(table.Active, table.Calling, soon)
	_, other := s.taken(table.Active, table.Calling, later)
	now := clock.Now()
	s.scan(s.worker, now)
	s.scan(s.worker, now+int64(s.settings.Timeout)/2)
	if s.worker.killed {
		t.Fatal("the other call was ended")
	}
	other.State.Store(table.Closed)
	s.scan(s.worker, now+int64(s.settings.Timeout)/2)
	if !s.worker.killed {
		t.Error("nobody needs the worker")
	}
}

func TestCrash(t *testing.T) { // FAILURE-4, OBSERVABILITY-4
	for _, one := range []struct {
		state, phase       uint32
		answer, log, count string
	}{
		{table.Active, table.Calling, "HTTP/1.1 500 ", " 500 21", "failures_total{method=\"GET\"} 1\n"},
		{table.Active, table.Reading, "HTTP/1.1 500 ", " 500 21", "failures_total{method=\"GET\"} 1\n"},
		{table.Answering, table.Calling, "", " 200 0", "failures_total{method=\"GET\"} 1\n"},
		{table.Answering, table.Sending, "", " 200 0", "in_flight 0\n"}, // it has been counted
	} {
		s := newStage(t)
		client, slot := s.taken(one.state, one.phase, later)
		slot.Status.Store(200)
		s.ended(s.worker, unix.WaitStatus(9))
		has(t, answer(client), one.answer)
		has(t, string(s.log.pending), one.log)
		text := string(s.counters.Text(nil))
		has(t, text, one.count, "in_flight 0")
		if one.phase == table.Sending && strings.Contains(text, "failures_total{") {
			t.Error("a call was counted twice")
		}
	}
}

func TestCrashBeforeTheRequestWasRead(t *testing.T) { // FAILURE-7
	s := newStage(t)
	first := s.worker
	_, c := s.connect("GET /a HTTP/1.1\r\n\r\n")
	s.readable(c)
	next, _ := s.newWorker()
	s.spare = next
	s.ended(first, unix.WaitStatus(9))
	if s.current != next || len(next.used) != 1 || len(s.log.pending) != 0 {
		t.Errorf("%d connections are the next worker's; log: %s", len(next.used), s.log.pending)
	}
}

func TestIdleConnectionComesBack(t *testing.T) { // CONCURRENCY-2
	s := newStage(t)
	_, slot := s.taken(table.Idle, table.Sending, 0)
	slot.Deadline.Store(0)
	for round := 0; round <= patience; round++ {
		if slot.State.Load() != table.Idle {
			t.Fatalf("taken in round %d", round)
		}
		s.scan(s.worker, clock.Now())
	}
	if slot.State.Load() != table.Taken || len(s.connections) != 1 {
		t.Errorf("state %d", slot.State.Load())
	}
	slot.State.Store(table.Gone)
	s.scan(s.worker, clock.Now())
	if len(s.worker.free) != 2 || len(s.worker.used) != 0 {
		t.Error("the slot is lost")
	}
}
