package clock

import "testing"

func TestNowIsTheSystemsTime(t *testing.T) {
	before, now, after := system(), Now(), system()
	const slack = 5e6 // the two clocks are read one after the other at the start
	if now < before-slack || now > after+slack {
		t.Errorf("%d is not between %d and %d", now, before, after)
	}
}
