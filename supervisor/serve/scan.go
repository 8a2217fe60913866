package serve

import (
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/supervisor/pool"
	"runtimes.invalid/supervisor/worker"
)

const (
	// idleTime is how long a worker keeps an idle connection. Then the supervisor watches it, so that a
	// probe on it is answered here, and another worker can have it.
	idleTime = 40 * time.Millisecond
	// soon is how long before a deadline of kind `one` a replacement is started.
	soon = 500 * time.Millisecond
	// mergeInterval is the time between two attempts to have fewer workers share the connections.
	mergeInterval = 100 * time.Millisecond
)

// scan looks at the connections of a worker.
func (s *Server) scan(w *worker.Handle, now int64) {
	wasUsed := len(w.Used) > 0
	w.Busy, w.Executing, w.Stuck = false, false, false
	for place := len(w.Used) - 1; place >= 0; place-- {
		number := w.Used[place]
		s.scanSlot(w, number, now)
		switch word := w.Table.Slot(number).Word(); {
		case word.State() == protocol.Free:
			w.GiveBack(place)
		case word.IsRequest() || word.State() == protocol.Handed:
			w.Busy = true
			// Its deadline was judged above. It may be later than that of the calls that were there when the
			// worker was retired, because a worker begins what it has received until it learns of that.
			w.Executing = w.Executing || word.Phase() == protocol.Waiting || word.Phase() == protocol.Calling
		}
	}
	if wasUsed && len(w.Used) == 0 {
		w.IdleSince = now
	}
	if s.shape.One {
		s.relieve(w, now)
	}
	s.endIfDue(w, now)
}

// endIfDue kills a worker that is to end.
func (s *Server) endIfDue(w *worker.Handle, now int64) {
	switch {
	case w.Killed != 0:
		s.answerUnkillable(w, now)
	case s.shape.One && w.Stuck:
		w.Kill(now)
	// TIMEOUT-6: what a timed-out call still does ends as soon as nobody else needs the process.
	// A request may have waited for its turn for one FUNC_TIMEOUT before its call, and no longer.
	case w.Retired != 0 && (!w.Busy || !w.Executing && now >= w.Retired+int64(s.settings.Timeout) ||
		now >= w.Retired+2*int64(s.settings.Timeout)):
		w.Kill(now)
	}
}

func (s *Server) scanSlot(w *worker.Handle, number int, now int64) {
	slot, use := w.Table.Slot(number), &w.Slots[number]
	word := slot.Word()
	switch word.State() {
	case protocol.Closed:
		s.release(slot, use, now)
	case protocol.Handed, protocol.Idle:
		if word.Sequence() != use.Sequence || use.IdleSince == 0 {
			use.Sequence, use.IdleSince = word.Sequence(), now
		}
		leaving := w.Retired != 0 || w.Leaving || s.drain.begun && word.State() == protocol.Idle
		old := word.State() == protocol.Idle && now-use.IdleSince > int64(idleTime)
		if leaving || old {
			s.take(w, number, word, now, false)
		}
	case protocol.Active, protocol.Answering:
		use.Sequence, use.IdleSince = word.Sequence(), 0
		s.judge(w, number, word, now)
	case protocol.Taken:
		if use.Untold {
			w.LetGo(number)
		}
		// A worker of kind `one` that does not let go executes something after its answer.
		w.Stuck = w.Stuck || now-use.TakenAt > int64(max(time.Second, s.settings.Timeout))
	}
}

// release ends a connection that its worker has closed.
func (s *Server) release(slot *protocol.Slot, use *worker.SlotUse, now int64) {
	flags := slot.Flags()
	slot.Release()
	c := use.Release(now)
	switch {
	case c == nil:
	case flags&protocol.FlagReset != 0:
		s.cut(c)
	case flags&protocol.FlagLinger != 0:
		s.linger(c)
	default:
		s.drop(c)
	}
}

// take takes back a connection of which the worker has read nothing; false if the worker was faster. If it
// is admitted, a request that is there is served though the runtime drains.
func (s *Server) take(w *worker.Handle, number int, word protocol.Word, now int64, admitted bool) bool {
	if !w.Table.Slot(number).Take(word) {
		return false
	}
	c := w.Slots[number].Release(now)
	w.LetGo(number)
	s.takeBack(c, word.State() == protocol.Handed, admitted)
	return true
}

// takeUnread takes back all connections of which the worker has read nothing; false if there are none.
func (s *Server) takeUnread(w *worker.Handle, now int64, admitted bool) bool {
	taken := false
	for _, number := range append([]int{}, w.Used...) {
		if word := w.Table.Slot(number).Word(); word.IsUnread() {
			taken = s.take(w, number, word, now, admitted) || taken
		}
	}
	return taken
}

// relieve takes back the connections that wait behind requests which last (TIMEOUT-7), and those that a
// worker of kind `one` doesn't begin with.
func (s *Server) relieve(w *worker.Handle, now int64) {
	lasting, stalled := false, false
	for _, number := range w.Used {
		slot, use := w.Table.Slot(number), w.Slots[number]
		word := slot.Word()
		lasting = lasting || word.IsRequest() && now-slot.Began.Load() > int64(pool.Lasting)
		stalled = stalled || word.State() == protocol.Handed && use.IdleSince != 0 &&
			now-use.IdleSince > int64(pool.Lasting)
	}
	if !s.shape.IsSingle() {
		lasting = lasting && pool.Calls(w) >= s.shape.Calls
		stalled = stalled && s.shape.Workers > 1 // else nobody could begin with them earlier
	}
	if (lasting || stalled) && s.takeUnread(w, now, false) && (stalled || s.shape.IsSingle()) {
		pool.LeaveAlone(w, now)
	}
}

// merge has the connections of one worker shared by the others if they can.
func (s *Server) merge(now int64) {
	if now < s.mergeAt {
		return
	}
	s.mergeAt = now + int64(mergeInterval)
	if w := s.pool.Superfluous(now); w != nil {
		s.takeUnread(w, now, false)
	}
}
