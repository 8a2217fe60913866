package main

import (
	"time"

	"golang.org/x/sys/unix"

	"kubeless.invalid/shim/accesslog"
	"kubeless.invalid/shim/metrics"
	"kubeless.invalid/shim/table"
)

// patience is for how many ticks a worker keeps an idle connection. After that the supervisor
// watches it, so that a probe on it is answered here too.
const patience = 2

// scan looks at the connections of a worker.
func (s *supervisor) scan(p *process, now int64) {
	p.busy = false
	for index := len(p.used) - 1; index >= 0; index-- {
		number := p.used[index]
		s.look(p, number, now)
		if state := p.table.Slot(number).State.Load(); state == table.Free {
			p.used[index] = p.used[len(p.used)-1]
			p.used = p.used[:len(p.used)-1]
			p.free = append(p.free, number)
		} else if state == table.Handed || state == table.Active || state == table.Answering {
			p.busy = true
		}
	}
	if p.retired == 0 || p.killed {
		return
	}
	// TIMEOUT-6: what the timed-out call still does ends as soon as nobody else needs the process.
	if !p.busy || now >= p.retired+int64(s.settings.Timeout) {
		p.kill()
	}
}

func (s *supervisor) look(p *process, number int, now int64) {
	slot, holder := p.table.Slot(number), &p.holders[number]
	switch state := slot.State.Load(); state {
	case table.Closed:
		s.drop(holder.release())
		slot.State.Store(table.Free)
	case table.Gone:
		slot.State.Store(table.Free)
	case table.Handed, table.Idle:
		requests := slot.Requests.Load()
		if requests != holder.requests || state == table.Handed {
			holder.requests, holder.ticks = requests, 0
		}
		holder.ticks++
		soon := p.retired != 0 || s.draining && state == table.Idle
		if !soon && holder.ticks <= patience {
			return
		}
		if slot.State.CompareAndSwap(state, table.Taken) {
			// Else it would do so with the next request only, and keep the slot (CONCURRENCY-7).
			p.tell(table.LetGo|uint32(number), nil)
			s.readable(holder.release())
		}
	case table.Active, table.Answering:
		holder.ticks = 0
		if deadline := slot.Deadline.Load(); deadline > 0 && now >= deadline {
			s.expire(p, number, deadline, now)
		}
	}
}

// expire ends a request whose deadline has passed. The worker that holds a call past its deadline
// is retired: a goroutine can't be stopped, a process can.
func (s *supervisor) expire(p *process, number int, deadline, now int64) {
	slot, holder := p.table.Slot(number), &p.holders[number]
	calling := slot.Phase.Load() == table.Calling
	if !slot.Deadline.CompareAndSwap(deadline, table.Over) {
		return // it has ended in this very moment
	}
	// The worker waits for this: until then the connection is still its own.
	active := slot.State.CompareAndSwap(table.Active, table.Taken)
	answering := !active && slot.State.CompareAndSwap(table.Answering, table.Taken)
	entry, _ := slot.Request()
	entry.Duration = time.Duration(now - slot.Started.Load())
	if calling {
		s.counters.InFlight.Add(-1)
		s.counters.Observe(entry.Method, entry.Duration, metrics.Timeout)
		s.retire(p, now)
	}
	if active {
		s.refuse(holder.release(), &entry, 408) // TIMEOUT-1
	} else if answering {
		s.cut(holder.release(), &entry, slot) // TIMEOUT-13
	}
}

// crashed answers for a worker that has ended (FAILURE-4, FAILURE-5).
func (s *supervisor) crashed(p *process, now int64) {
	for _, number := range p.used {
		slot, holder := p.table.Slot(number), &p.holders[number]
		if holder.connection == nil {
			continue
		}
		entry, known := slot.Request()
		entry.Duration = time.Duration(now - slot.Started.Load())
		state, phase, running := slot.State.Load(), slot.Phase.Load(), slot.Deadline.Load() > 0
		if state == table.Active || state == table.Answering {
			if running && phase == table.Calling {
				s.counters.InFlight.Add(-1)
			}
			// OBSERVABILITY-4: it may have begun or not, its client gets 500.
			if known && phase != table.Sending {
				s.counters.Observe(entry.Method, entry.Duration, metrics.Failure)
			}
		}
		switch state {
		case table.Handed, table.Idle:
			s.readable(holder.release()) // nothing has been read: another worker serves it
		case table.Closed:
			s.drop(holder.release())
		case table.Active:
			s.refuse(holder.release(), &entry, 500)
		default:
			s.cut(holder.release(), &entry, slot)
		}
	}
}

// cut ends a connection in the middle of an answer, so that it does not look whole. The log tells
// the status that the client has seen.
func (s *supervisor) cut(c *connection, entry *accesslog.Entry, slot *table.Slot) {
	if entry.Method != "" {
		entry.Status, entry.Start = int(slot.Status.Load()), time.Now().Add(-entry.Duration)
		entry.Address = c.address
		s.log.append(s.format(nil, entry))
	}
	_ = unix.Shutdown(c.descriptor, unix.SHUT_RDWR)
	s.drop(c)
}
