package main

import (
	"strings"
	"testing"
)

// put does what `Ring.java` does.
func put(r *ring, text string) {
	written := r.written().Load()
	for index := range len(text) {
		r.memory[ringLines+(int(written)+index)%ringBytes] = text[index]
	}
	r.written().Add(uint64(len(text)))
}

func TestRingKeepsTheOrder(t *testing.T) {
	ring, err := newRing()
	if err != nil {
		t.Fatal(err)
	}
	defer ring.free()
	line := strings.Repeat("0123456789", 10_000)
	for round := range 10 { // several times round
		put(ring, line)
		if got := string(ring.take(nil)); got != line {
			t.Fatalf("round %d: %d bytes came out of %d", round, len(got), len(line))
		}
	}
	if rest := ring.take(nil); len(rest) != 0 {
		t.Errorf("%d bytes came out twice", len(rest))
	}
}
