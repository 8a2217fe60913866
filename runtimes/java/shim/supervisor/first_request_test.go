package main

import "testing"

func TestFirstRequest(t *testing.T) {
	head := "PUT /a?b HTTP/1.1\r\nUser-Agent: test\r\nOrigin: http://x\r\n" +
		"Traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01\r\n\r\nbody"
	got := firstRequest([]byte(head), "10.0.0.1")
	got.received = 0
	want := request{
		flags: flagOrigin, method: 3, line: "PUT /a?b HTTP/1.1", agent: "test",
		trace: "0123456789abcdef0123456789abcdef", address: "10.0.0.1",
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFirstRequestWithoutItsWholeHead(t *testing.T) {
	for _, seen := range []string{"", "GET / HT", "GET / HTTP/1.1\r\nHost: a"} {
		if got := firstRequest([]byte(seen), "10.0.0.1"); got != (request{}) {
			t.Errorf("%q: got %+v", seen, got)
		}
	}
}
