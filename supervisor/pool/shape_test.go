package pool

import "testing"

// CONCURRENCY-10: all workers together execute no more calls than FUNC_WORKERS, and each one no more than
// FUNC_CALLS_PER_WORKER, or what its language can do.
func TestShape(t *testing.T) {
	for _, one := range []struct {
		kindOne            bool
		total, calls, most int
		want               Shape
	}{
		{true, 16, 1, 0, Shape{true, 16, 1}},
		{false, 16, 16, 0, Shape{false, 1, 16}},
		{true, 16, 16, 0, Shape{true, 1, 16}},
		{true, 16, 5, 0, Shape{true, 3, 5}},
		{true, 16, 100, 0, Shape{true, 1, 16}},
		{false, 16, 4, 0, Shape{false, 1, 4}},
		{true, 16, 8, 1, Shape{true, 16, 1}},
		{false, 16, 8, 2, Shape{false, 1, 2}},
	} {
		if found := ShapeOf(one.kindOne, one.total, one.calls, one.most); found != one.want {
			t.Errorf("%+v: %+v", one, found)
		}
	}
}
