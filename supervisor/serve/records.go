package serve

import (
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/supervisor/accesslog"
	"runtimes.invalid/supervisor/metrics"
	"runtimes.invalid/supervisor/worker"
)

// collect takes the records of a worker out of its ring.
func (s *Server) collect(w *worker.Handle) {
	if s.journal.isFull() {
		return
	}
	now := protocol.Now()
	s.eachRecord(w, false, func(record *protocol.Record, _ *worker.SlotUse) {
		s.note(record, now)
		if record.Outcome != protocol.NoCall {
			w.LastCall = max(record.CallDuration, 1)
		}
	})
}

// eachRecord visits the records in the ring of a worker, except those of requests that the supervisor has
// logged in its place. Records of answers that are about to be sent are held back, unless it is dead:
// should it die now, their clients get another answer.
func (s *Server) eachRecord(w *worker.Handle, dead bool, visit func(*protocol.Record, *worker.SlotUse)) {
	s.records = w.Table.Ring.Read(append(s.records[:0], w.Held...))
	w.Held = w.Held[:0]
	record := protocol.Record{}
	for bytes := s.records; ; {
		rest, found := protocol.Next(bytes, &record)
		if !found {
			return
		}
		if int(record.Slot) < len(w.Slots) {
			use := &w.Slots[record.Slot]
			if !dead && s.isUnsent(w.Table.Slot(int(record.Slot)), use, record.Sequence) {
				w.Held = append(w.Held, bytes[:len(bytes)-len(rest)]...)
			} else if use.Record(record.Sequence) {
				visit(&record, use)
			}
		}
		bytes = rest
	}
}

// isUnsent tells whether the answer to a request has not begun to leave.
func (s *Server) isUnsent(slot *protocol.Slot, use *worker.SlotUse, sequence uint16) bool {
	word := slot.Word()
	return word.State() == protocol.Answering && word.Sequence() == sequence &&
		use.Connection != nil && s.nothingSent(slot, use.Connection)
}

// note counts and logs a record.
func (s *Server) note(record *protocol.Record, now int64) {
	if record.Outcome != protocol.NoCall {
		outcome := metrics.Success
		if record.Outcome == protocol.FailedCall {
			outcome = metrics.Failure
		}
		s.calls.Observe(record.Texts[protocol.Method], time.Duration(record.CallDuration), outcome)
	}
	s.journal.add(&accesslog.Entry{
		Texts: record.Texts, Status: int(record.Status), Bytes: record.Bytes,
		Start: time.Now().Add(time.Duration(record.Began - now)), Duration: time.Duration(record.Duration),
	})
}

// letReadersSleep has each worker report its next record, because nothing else will wake the loop.
func (s *Server) letReadersSleep() {
	for _, w := range s.pool.Workers {
		w.Table.Ring.Sleep()
		s.collect(w)
	}
}
