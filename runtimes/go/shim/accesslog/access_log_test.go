package accesslog

import (
	"encoding/json"
	"testing"
	"time"
)

func entry() *Entry {
	return &Entry{
		Address: "10.0.0.1", Method: "GET", Target: "/path?query", Protocol: "HTTP/1.1",
		Agent: "curl/8", Status: 200, Bytes: 11, Duration: 1500 * time.Microsecond,
		Start: time.Date(2026, 11, 25, 3, 26, 35, 0, time.UTC),
	}
}

func TestApache(t *testing.T) {
	want := `10.0.0.1 - - [25/Nov/2026:03:26:35 +0000] "GET /path?query HTTP/1.1" 200 11 "-" "curl/8"` + "\n"
	if line := string(Apache(nil, entry())); line != want {
		t.Errorf("%s instead of %s", line, want)
	}
}

func TestNobodyForgesLines(t *testing.T) {
	forged := entry()
	forged.Agent = "a\"\n\\é"
	want := `"a\"\x0a\\é"` + "\n"
	if line := string(Apache(nil, forged)); line[len(line)-len(want):] != want {
		t.Errorf("%s does not end in %s", line, want)
	}
}

func TestJSON(t *testing.T) {
	odd := entry()
	odd.Agent, odd.Trace = "grüße \"x\"\x00\xff", "0af7651916cd43dd8448eb211c80319c"
	found := map[string]any{}
	line := Choose(true)(nil, odd)
	if err := json.Unmarshal(line, &found); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	for name, want := range map[string]any{
		"time": "2026-11-25T03:26:35.000Z", "remote_address": "10.0.0.1", "method": "GET",
		"path": "/path?query", "status": 200.0, "bytes": 11.0, "duration_seconds": 0.0015,
		"user_agent": "grüße \"x\"\x00\uFFFD", "trace_id": odd.Trace,
	} {
		if found[name] != want {
			t.Errorf("%s is %v, not %v", name, found[name], want)
		}
	}
}

func TestJSONWithoutAgentAndTrace(t *testing.T) { // OBSERVABILITY-7
	bare := entry()
	bare.Agent = ""
	found := map[string]any{}
	line := JSON(nil, bare)
	if err := json.Unmarshal(line, &found); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	for _, name := range []string{"user_agent", "trace_id"} {
		if value, known := found[name]; !known || value != nil {
			t.Errorf("%s is %v", name, value)
		}
	}
}

func TestTrace(t *testing.T) {
	id := "0af7651916cd43dd8448eb211c80319c"
	for header, want := range map[string]string{
		"00-" + id + "-b7ad6b7169203331-01": id, "": "", "nonsense": "", "00-short-b7-01": "",
	} {
		if found := Trace(header); found != want {
			t.Errorf("%q gives %q", header, found)
		}
	}
}
