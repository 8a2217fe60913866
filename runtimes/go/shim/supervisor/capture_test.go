package main

import (
	"fmt"
	"testing"
)

func TestCause(t *testing.T) { // LOAD-7
	for output, want := range map[string]string{
		"":                                   "exit status 2",
		"starting\npanic: no\n\ngoroutine 1": "panic: no",
		"starting\nhandler `x` is missing\nhint: y\n": "handler `x` is missing",
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

func TestForgotten(t *testing.T) {
	made, input, err := newCapture()
	if err != nil {
		t.Fatal(err)
	}
	made.forget()
	fmt.Fprint(input, "panic: later\n")
	input.Close()
	if found := made.cause("fallback"); found != "fallback" {
		t.Error(found)
	}
}
