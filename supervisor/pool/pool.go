// Package pool decides how many workers there are and which one gets a connection.
//
// It is one mechanism for both kinds. Kind `many`: one worker serves, and a spare takes over from it.
// Kind `one`: several workers serve, each executes one call at a time unless FUNC_CALLS_PER_WORKER says
// otherwise, and a spare is ready.
package pool

import (
	"runtime"
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/supervisor/worker"
)

const (
	firstPause   = 100 * time.Millisecond // after a failed start (LIMITS-7)
	longestPause = 10 * time.Second
	spareDelay   = 250 * time.Millisecond // the first answer comes first: a start takes its processor
	shrinkAfter  = 5 * time.Second        // that a worker which is not needed has been idle
)

// Pool holds all workers that have not ended.
type Pool struct {
	Workers []*worker.Handle
	Loaded  bool // a worker has been ready
	Closing bool // nothing is started any more

	// Missing is the number of workers that are to be started when their time has come; less than 0: that
	// are superfluous.
	Missing int
	// SoonOverdue is the number of workers that are likely to be killed for their calls.
	SoonOverdue int

	shape      Shape
	lanes      int // workers that short calls are spread over
	factory    *worker.Factory
	started    func(*worker.Handle)
	failed     func(cause func() string)
	current    *worker.Handle // kind `many`: gets all connections
	failures   int            // starts that have failed in a row
	startAfter int64          // protocol.Now() before which nothing is started
	spareAfter int64
}

// New makes an empty pool. `started` is called for each worker that has been started, `failed` for each
// start that has failed.
func New(shape Shape, factory *worker.Factory,
	started func(*worker.Handle), failed func(cause func() string)) *Pool {
	return &Pool{
		shape: shape, lanes: min(shape.Workers, runtime.NumCPU()), factory: factory,
		started: started, failed: failed,
	}
}

// usable tells whether a worker may get connections.
func usable(w *worker.Handle) bool { return w.Ready && w.Retired == 0 && w.Killed == 0 && !w.Leaving }

// IsLoaded tells whether a worker is ready (LIFECYCLE-11).
func (p *Pool) IsLoaded() bool {
	for _, w := range p.Workers {
		if usable(w) {
			return true
		}
	}
	return false
}

// Ready notes that a worker has loaded the function.
func (p *Pool) Ready(w *worker.Handle, now int64) {
	w.Started()
	w.IdleSince = now
	p.failures = 0
	if !p.Loaded {
		p.Loaded, p.spareAfter = true, now+int64(spareDelay)
	}
}

// Remove forgets a worker that has ended.
func (p *Pool) Remove(w *worker.Handle, now int64, cause func() string) {
	for index, one := range p.Workers {
		if one == w {
			p.Workers = append(p.Workers[:index], p.Workers[index+1:]...)
			break
		}
	}
	if p.current == w {
		p.current = nil
	}
	if !w.Ready && w.Killed == 0 {
		p.startFailed(now, cause)
	}
}

func (p *Pool) startFailed(now int64, cause func() string) {
	p.startAfter = now + int64(min(firstPause<<min(p.failures, 10), longestPause))
	p.failures++
	p.failed(cause)
}

// Adjust retires what has a successor, starts what is missing and lets go of what is not needed.
// `waiting` is the number of requests that have waited for a worker.
func (p *Pool) Adjust(now int64, waiting int) {
	p.retireReplaced(now)
	if p.Closing {
		return
	}
	alive, starting, used := 0, 0, 0
	for _, w := range p.Workers {
		if w.Retired != 0 || w.ReplaceBy != 0 || w.Killed != 0 || w.Leaving {
			continue
		}
		alive++
		if !w.Ready {
			starting++
		}
		if len(w.Used) > 0 {
			used++
		}
	}
	wanted := p.wanted(now, used, waiting)
	p.Missing = wanted - alive
	if now < p.spareAfter {
		p.Missing = 1
	}
	for ; alive < wanted && starting <= runtime.NumCPU() && now >= p.startAfter; alive++ {
		w, err := p.factory.Start()
		if err != nil {
			p.startFailed(now, err.Error)
			return
		}
		p.Workers = append(p.Workers, w)
		p.started(w)
		starting++
	}
	if p.shape.One {
		p.shrink(now, alive-wanted)
	}
}

// wanted is the number of workers that should be there.
func (p *Pool) wanted(now int64, used, waiting int) int {
	switch {
	case !p.Loaded:
		return 1
	case p.shape.One && now < p.spareAfter:
		return min(p.shape.Workers, max(used+waiting, 1))
	case p.shape.One:
		return min(p.shape.Workers+1, max(used+waiting+1, 2)) + p.SoonOverdue
	case now < p.spareAfter && p.IsLoaded():
		return 1
	}
	return 2
}

// shrink lets the workers go that have been idle for longest. They end by themselves when nothing runs
// any more that a call has left behind.
func (p *Pool) shrink(now int64, superfluous int) {
	for _, w := range p.Workers {
		if superfluous <= 0 {
			return
		}
		if usable(w) && len(w.Used) == 0 && now-w.IdleSince > int64(shrinkAfter) {
			w.Leaving = true
			w.Send(protocol.Retire, 0, nil)
			superfluous--
		}
	}
}
