package serve

import (
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/supervisor/metrics"
	"runtimes.invalid/supervisor/pool"
	"runtimes.invalid/supervisor/worker"
)

// killTime is how long a killed worker may take to end: then the supervisor answers for it, because a
// process in an uninterruptible system call ends later than a client may wait.
const killTime = 300 * time.Millisecond

// judge ends a request whose phase has lasted too long. The word is read before the deadline: a worker
// that has gone on has another word, so the swap fails.
func (s *Server) judge(w *worker.Handle, number int, word protocol.Word, now int64) {
	slot := w.Table.Slot(number)
	deadline := slot.Deadline.Load()
	if deadline == 0 || w.Killed != 0 {
		return
	}
	if now < deadline {
		isSoon := now >= deadline-min(int64(soon), int64(s.settings.Timeout)*3/4)
		if s.shape.IsSingle() && word.Phase() == protocol.Calling && isSoon {
			s.pool.SoonOverdue++
		}
		return
	}
	if s.shape.IsSingle() && word.Phase() == protocol.Calling {
		if slot.Word() == word { // TIMEOUT-6: a process with one call is killed first; its end is answered
			w.Overdue = true
			w.Kill(now)
		}
		return
	}
	if slot.Take(word) {
		s.expire(w, number, word, now)
	}
}

// expire answers a request that was taken at its deadline. A worker that holds a call past its deadline is
// retired: a thread can't be stopped, a process can.
func (s *Server) expire(w *worker.Handle, number int, word protocol.Word, now int64) {
	slot := w.Table.Slot(number)
	status := 408 // TIMEOUT-1
	switch word.Phase() {
	case protocol.Calling:
		w.Send(protocol.StopCall, number, nil)
		s.countCall(slot, now, metrics.Timeout)
		s.pool.Retire(w, now, pool.Late)
	case protocol.Waiting: // LIMITS-9
		status = 503
		w.LetGo(number)
	default:
		w.LetGo(number)
	}
	s.end(w, number, word, status, now)
}

// countCall counts a call that the supervisor has ended.
func (s *Server) countCall(slot *protocol.Slot, now int64, outcome metrics.Outcome) {
	began := slot.Called.Load()
	if began == 0 {
		began = slot.Began.Load()
	}
	texts := slot.Texts()
	s.calls.Observe(texts[protocol.Method], time.Duration(now-began), outcome)
}

// end answers a request that was taken from a living worker, or cuts its answer off (TIMEOUT-13): the
// worker may have sent a part of it.
func (s *Server) end(w *worker.Handle, number int, word protocol.Word, status int, now int64) {
	slot := w.Table.Slot(number)
	c := w.Slots[number].Release(now)
	if c == nil {
		return
	}
	texts, flags := slot.Texts(), slot.Flags()
	if word.State() == protocol.Active {
		s.answer(c, texts, flags, status, slot.Began.Load(), now)
		return
	}
	s.cut(c)
	s.collect(w)
	use, mark := &w.Slots[number], worker.MarkOf(word.Sequence())
	if use.Recorded == mark {
		return
	}
	use.Ended = mark // its record may still come
	if seen := int(slot.Status.Load()); seen != 0 {
		status = seen // OBSERVABILITY-6
	}
	s.log(texts, status, 0, slot.Began.Load(), now)
}

// answerUnkillable answers for a worker that was killed and does not end.
func (s *Server) answerUnkillable(w *worker.Handle, now int64) {
	if now < w.Killed+int64(killTime) {
		return
	}
	s.takeUnread(w, now, false)
	for _, number := range w.Used {
		slot := w.Table.Slot(number)
		word := slot.Word()
		if !word.IsRequest() || !slot.Take(word) {
			continue
		}
		status, outcome := s.fate(w, word, slot.Deadline.Load(), now)
		s.countCall(slot, now, outcome)
		s.end(w, number, word, status, now)
	}
}

// fate is what becomes of a request whose worker is dead: the status of the answer, and how it counts.
func (s *Server) fate(w *worker.Handle, word protocol.Word, deadline, now int64) (int, metrics.Outcome) {
	if w.Overdue && word.Phase() == protocol.Calling && deadline != 0 && now >= deadline {
		return 408, metrics.Timeout
	}
	return 500, metrics.Failure
}
