package pool

import (
	"testing"

	"runtimes.invalid/supervisor/worker"
)

// FAILURE-7, TIMEOUT-8: a worker that ends by itself gets no request any more; one with a late call serves
// until it has a successor.
func TestRetire(t *testing.T) {
	for urgency, wantsRetired := range map[Urgency]bool{AtOnce: true, Late: false, Unhurried: false} {
		only := &worker.Handle{Ready: true, Control: -1}
		p := &Pool{shape: Shape{Workers: 1, Calls: 4}, Workers: []*worker.Handle{only}, current: only}
		p.Retire(only, 1, urgency)
		if retired := only.Retired != 0; retired != wantsRetired {
			t.Errorf("%d: retired: %t", urgency, retired)
		}
		p.Workers = append(p.Workers, &worker.Handle{Ready: true, Control: -1})
		p.retireReplaced(2)
		if only.Retired == 0 {
			t.Errorf("%d: it has a successor, and goes on", urgency)
		}
	}
}
