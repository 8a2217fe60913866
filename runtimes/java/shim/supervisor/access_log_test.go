package main

import (
	"strings"
	"testing"
	"time"
)

var entry = logEntry{
	request: request{line: "POST /a?b=1 HTTP/1.1", agent: `the "agent"`, trace: "4bf9", address: "10.0.0.1"},
	status:  408, bytes: 16, duration: 1500 * time.Millisecond,
	now: time.Date(2026, 11, 25, 3, 26, 35, 0, time.UTC),
}

func TestApache(t *testing.T) {
	want := `10.0.0.1 - - [25/Nov/2026:03:26:35 +0000] "POST /a?b=1 HTTP/1.1" 408 16 "-" ` +
		`"the \"agent\""` + "\n"
	if got := entry.text(false); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestJSON(t *testing.T) {
	want := `{"time":"2026-11-25T03:26:35.000Z","remote_address":"10.0.0.1","method":"POST",` +
		`"path":"/a?b=1","status":408,"bytes":16,"duration_seconds":1.5,` +
		`"user_agent":"the \"agent\"","trace_id":"4bf9"}` + "\n"
	if got := entry.text(true); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestJSONWithoutAgentAndTrace(t *testing.T) { // OBSERVABILITY-7
	bare := entry
	bare.agent, bare.trace = "", ""
	if got := bare.text(true); !strings.HasSuffix(got, `"user_agent":null,"trace_id":null}`+"\n") {
		t.Errorf("got %q", got)
	}
}

func TestLinesCannotBeForged(t *testing.T) {
	if got := escape("a\nb\"c\\"); got != `a\x0ab\"c\\` {
		t.Errorf("got %q", got)
	}
}
