package main

import "time"

// watchDeadlines answers each call that passes its deadline, and retires its worker.
//
// The clock is in the process that never runs user code: TIMEOUT-2, TIMEOUT-4 and TIMEOUT-5 hold
// whatever the worker's threads do, a JVM that collects garbage for ever included. No deadline can
// come sooner than one FUNC_TIMEOUT after this look at the table, so calls needn't announce theirs.
func (s *supervisor) watchDeadlines() {
	for {
		time.Sleep(s.checkDeadlines(monotonic()))
	}
}

// checkDeadlines looks once; it returns how long the next look can wait.
func (s *supervisor) checkDeadlines(now time.Duration) time.Duration {
	s.lock.Lock()
	defer s.lock.Unlock()
	wait := s.settings.timeout
	for slot := range s.used {
		state, generation := s.table.get(slot)
		if s.connections[slot] == nil || (state != stateCalling && state != stateStreaming) {
			continue
		}
		left := s.table.started(slot) + s.settings.timeout - now
		if left > 0 {
			wait = min(wait, left)
			continue
		}
		if owner := s.connections[slot].owner; s.answer(slot, generation, state, 408) {
			owner.send(toInterrupt, slot)
			s.retire(owner)
		}
	}
	if expired := s.expireWaiting(); expired > 0 {
		wait = min(wait, expired)
	}
	return max(wait, time.Millisecond)
}

// expireWaiting refuses connections that have waited for a worker for one FUNC_TIMEOUT; it returns
// the time until the next one, or 0.
func (s *supervisor) expireWaiting() time.Duration {
	for len(s.waiting) > 0 {
		first := s.waiting[0]
		left := s.settings.timeout - time.Since(first.since)
		if left > 0 {
			return left
		}
		s.refuse(first)
		s.waiting = s.waiting[1:]
	}
	return 0
}
