package worker

import (
	"fmt"
	"testing"
)

// LOAD-7: the line that tells best why a start has failed is its cause.
func TestCause(t *testing.T) {
	for output, want := range map[string]string{
		"":                                   "exit status 2",
		"starting\npanic: no\n\ngoroutine 1": "panic: no",
		"starting\nhandler `x` is missing\nhint: y\n": "handler `x` is missing",
		"error: a\nerror: b\nlater\n":                 "b",
	} {
		made, input, err := newCapture()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(input, output)
		input.Close()
		if found := made.cause("exit status 2"); found != want {
			t.Errorf("%q gives %q", output, found)
		}
	}
}

// What comes after the start is not kept.
func TestStopped(t *testing.T) {
	made, input, err := newCapture()
	if err != nil {
		t.Fatal(err)
	}
	made.stop()
	fmt.Fprint(input, "panic: later\n")
	input.Close()
	if found := made.cause("fallback"); found != "fallback" {
		t.Error(found)
	}
}
