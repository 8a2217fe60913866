package pool

import (
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/supervisor/worker"
)

const (
	// Lasting is how long other connections of a worker wait behind a call of kind `one`.
	Lasting = 5 * time.Millisecond
	// short is the longest call that connections share a worker for.
	short = 2 * time.Millisecond
	// alone is how long a worker gets no further connection after some were taken from it.
	alone      = 50 * time.Millisecond
	mostShared = 32 // connections of one worker of kind `one`
)

// Choose is the worker for the next request; nil if it has to wait.
func (p *Pool) Choose(now int64) *worker.Handle {
	switch {
	case p.shape.IsSingle():
		return p.chooseAmong(now)
	case p.shape.One:
		return p.chooseRoomy(now)
	}
	if p.current == nil {
		if p.current = p.successor(nil); p.current == nil {
			return nil
		}
	}
	if !p.current.Room() {
		return nil
	}
	return p.current
}

// chooseAmong prefers a worker of its own as long as there are no more than processors, because more
// make short calls no faster. Then short calls share a worker.
func (p *Pool) chooseAmong(now int64) *worker.Handle {
	var spare, shared, free, reading *worker.Handle
	serving := 0
	for _, w := range p.Workers {
		switch {
		case !usable(w) || w.ReplaceBy != 0:
			continue
		case len(w.Used) == 0:
			// The one that was used last is the warmest, and lets the others grow old.
			if w.Room() && (spare == nil || w.IdleSince > spare.IdleSince) {
				spare = w
			}
			continue
		}
		serving++
		requests, since := Requests(w, now)
		brisk := w.LastCall != 0 && w.LastCall < int64(short) && now >= w.AloneUntil &&
			now-since < int64(Lasting) && len(w.Used) < mostShared && !w.Stuck
		if brisk && (shared == nil || len(w.Used) < len(shared.Used)) {
			shared = w
		}
		if !w.Room() || hasSlot(w, isTaken) { // a taken connection it has yet to let go: it may execute
			continue
		}
		if requests == 0 && free == nil {
			free = w
		}
		if !hasSlot(w, isBeyondReading) && (reading == nil || len(w.Used) < len(reading.Used)) {
			reading = w
		}
	}
	switch {
	case spare != nil && serving < p.lanes:
		return spare
	case shared != nil:
		return shared
	case spare != nil && serving < p.shape.Workers:
		return spare
	case free != nil:
		return free
	}
	return reading // slow uploads must not keep all others from being served
}

// chooseRoomy spreads requests over workers that execute several calls each, first over as many of them as
// there are processors.
func (p *Pool) chooseRoomy(now int64) *worker.Handle {
	var spare, roomy *worker.Handle
	serving, fewest := 0, p.shape.Calls
	for _, w := range p.Workers {
		switch {
		case !usable(w) || w.ReplaceBy != 0:
			continue
		case len(w.Used) == 0:
			if spare == nil || w.IdleSince > spare.IdleSince {
				spare = w
			}
			continue
		}
		serving++
		if calls := Calls(w); calls < fewest && w.Room() && now >= w.AloneUntil && !w.Stuck {
			roomy, fewest = w, calls
		}
	}
	if spare != nil && (serving < p.lanes || roomy == nil && serving < p.shape.Workers) {
		return spare
	}
	return roomy
}

// Calls counts the calls that a worker executes or is about to begin. An upload is none yet.
func Calls(w *worker.Handle) int {
	count := 0
	for _, number := range w.Used {
		if isBeyondReading(w.Table.Slot(number).Word()) {
			count++
		}
	}
	return count
}

// Requests counts the requests that a worker holds, those that it has not begun included, and tells when
// the oldest began.
func Requests(w *worker.Handle, now int64) (int, int64) {
	count, since := 0, now
	for _, number := range w.Used {
		slot := w.Table.Slot(number)
		switch word := slot.Word(); {
		case word.IsRequest():
			count++
			since = min(since, slot.Began.Load())
		case word.State() == protocol.Handed:
			count++
		}
	}
	return count, since
}

func hasSlot(w *worker.Handle, is func(protocol.Word) bool) bool {
	for _, number := range w.Used {
		if is(w.Table.Slot(number).Word()) {
			return true
		}
	}
	return false
}

func isTaken(word protocol.Word) bool { return word.State() == protocol.Taken }

func isBeyondReading(word protocol.Word) bool {
	return word.State() == protocol.Handed || word.IsRequest() && word.Phase() != protocol.Reading
}

// LeaveAlone keeps further connections from a worker that some were just taken from.
func LeaveAlone(w *worker.Handle, now int64) { w.AloneUntil = now + int64(alone) }

// Superfluous is the worker whose connections the others can share, because more workers than processors
// have connections and all calls are short; nil if there is none.
func (p *Pool) Superfluous(now int64) *worker.Handle {
	var smallest *worker.Handle
	serving := 0
	for _, w := range p.Workers {
		if len(w.Used) == 0 || !usable(w) {
			continue
		}
		serving++
		_, since := Requests(w, now)
		if w.LastCall == 0 || w.LastCall >= int64(short) || now-since >= int64(Lasting) {
			return nil
		}
		if smallest == nil || len(w.Used) < len(smallest.Used) {
			smallest = w
		}
	}
	if serving <= p.lanes {
		return nil
	}
	return smallest
}
