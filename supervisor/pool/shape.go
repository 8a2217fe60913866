package pool

// Shape is how many workers serve at the same time, and how many calls each of them executes.
type Shape struct {
	One     bool // kind `one`: workers are started as they are needed
	Workers int
	Calls   int // of each worker
}

// ShapeOf is the shape for at most `total` calls, of which `calls` may share a worker, as far as it can execute
// `most` (0: any number).
func ShapeOf(one bool, total, calls, most int) Shape {
	if most > 0 {
		calls = min(calls, most)
	}
	calls = min(calls, total)
	if !one {
		return Shape{Workers: 1, Calls: calls}
	}
	return Shape{One: true, Workers: total / calls, Calls: calls}
}

// IsSingle tells whether a worker executes one call and ends with it at its deadline.
func (s Shape) IsSingle() bool { return s.One && s.Calls == 1 }
