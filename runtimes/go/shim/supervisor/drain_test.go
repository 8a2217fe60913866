package main

import (
	"testing"
	"time"

	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/probe"
	"kubeless.invalid/shim/table"
)

// passed looks at the worker and tells whether the drain is over at `now`.
func (s *stage) passed(now int64) bool {
	s.scan(s.worker, now)
	return s.drained(now)
}

func TestDrainWaitsForRequests(t *testing.T) { // LIFECYCLE-1, LIFECYCLE-5
	s := newStage(t)
	_, slot := s.taken(table.Active, table.Calling, later)
	s.beginDrain()
	now := clock.Now()
	if s.passed(now) {
		t.Error("a request was in flight")
	}
	if !s.passed(now + int64(s.settings.Grace) + int64(time.Second)) {
		t.Error("the grace is over")
	}
	slot.State.Store(table.Closed)
	if !s.passed(now) {
		t.Error("no request is in flight")
	}
}

func TestDrainOfIdleConnections(t *testing.T) { // LIFECYCLE-4, LIFECYCLE-9
	s := newStage(t)
	s.taken(table.Idle, table.Reading, 0)
	s.beginDrain()
	if !s.passed(clock.Now()) {
		t.Error("an idle connection delays the exit")
	}
}

func TestDrainLetsRefusalsBeRead(t *testing.T) { // LIFECYCLE-2
	s := newStage(t)
	s.beginDrain()
	_, c := s.connect("GET /a HTTP/1.1\r\n\r\n")
	s.readable(c)
	now := clock.Now()
	if s.passed(now) || s.passed(now+int64(farewell)) || !s.passed(now+int64(farewell)+1) {
		t.Error("a client has no time to read its refusal, or too much")
	}
}

func TestReadinessDuringADrain(t *testing.T) { // LIFECYCLE-6
	s := newStage(t)
	s.beginDrain()
	end := s.drainEnd
	s.beginDrain() // LIFECYCLE-8: a second signal changes nothing
	if s.drainEnd != end || probe.Of("/readyz", s.counters).Status != 503 ||
		probe.Of("/healthz", s.counters).Status != 200 {
		t.Error("the probes don't tell of the drain")
	}
}
