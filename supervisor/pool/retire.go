package pool

import (
	"math"
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/supervisor/worker"
)

// replaceTime is how long a late call may wait for a slow start of its worker's successor (TIMEOUT-6).
const replaceTime = 700 * time.Millisecond

// Urgency is how long a worker that is to be retired may wait for its successor.
type Urgency int64

const (
	Unhurried Urgency = math.MaxInt64
	Late      Urgency = Urgency(replaceTime) // it executes a call that is late
	AtOnce    Urgency = 0                    // it ends by itself: what it began now would be lost (FAILURE-7)
)

// Retire takes a worker out of service, as soon as another one can take its place (TIMEOUT-8), but in
// time.
func (p *Pool) Retire(w *worker.Handle, now int64, urgency Urgency) {
	if w.Retired != 0 {
		return
	}
	by := int64(Unhurried)
	if urgency != Unhurried {
		by = now + int64(urgency)
	}
	if w.ReplaceBy == 0 || by < w.ReplaceBy {
		w.ReplaceBy = by
	}
	p.retireReplaced(now)
}

func (p *Pool) retireReplaced(now int64) {
	for _, w := range p.Workers {
		mayWait := !p.shape.IsSingle() && now < w.ReplaceBy && p.successor(w) == nil
		if w.ReplaceBy == 0 || w.Retired != 0 || mayWait {
			continue
		}
		w.Retired = now
		w.Send(protocol.Retire, 0, nil)
		if p.current == w {
			p.current = nil
		}
	}
}

// successor is a worker that can take the place of another one.
func (p *Pool) successor(of *worker.Handle) *worker.Handle {
	for _, w := range p.Workers {
		if w != of && usable(w) && w.ReplaceBy == 0 {
			return w
		}
	}
	return nil
}
