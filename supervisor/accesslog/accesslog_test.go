package accesslog

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"runtimes.invalid/protocol"
)

func entry() *Entry {
	return &Entry{
		Texts: protocol.Texts{protocol.Address: "10.0.0.1", protocol.Method: "GET", protocol.Target: "/path?query",
			protocol.HTTPVersion: "HTTP/1.1", protocol.UserAgent: "curl/8"},
		Status: 200, Bytes: 11, Duration: 1500 * time.Microsecond,
		Start: time.Date(2026, 11, 25, 5, 26, 35, 0, time.FixedZone("", 7200)),
	}
}

// OBSERVABILITY-6, OBSERVABILITY-14: the line is Apache's, in UTC; of an unknown request it has dashes.
func TestApache(t *testing.T) {
	format := Format{}
	want := `10.0.0.1 - - [25/Nov/2026:03:26:35 +0000] "GET /path?query HTTP/1.1" 200 11 "-" "curl/8"` + "\n" +
		`- - - [25/Nov/2026:03:26:36 +0000] "- - -" 400 0 "-" "-"` + "\n"
	line := format.Append(nil, entry())
	line = format.Append(line, &Entry{Status: 400, Start: entry().Start.Add(time.Second)})
	if string(line) != want {
		t.Errorf("%s instead of %s", line, want)
	}
}

// A client can't forge lines or fields.
func TestNobodyForgesLines(t *testing.T) {
	forged, format := entry(), Format{}
	forged.Texts[protocol.UserAgent] = "a\"\n\\é"
	forged.Texts[protocol.HTTPVersion] = "\""
	line := string(format.Append(nil, forged))
	if want := `"a\"\x0a\\é"` + "\n"; !strings.HasSuffix(line, want) || !strings.Contains(line, ` \"" 200`) {
		t.Errorf("%s does not end in %s", line, want)
	}
}

// OBSERVABILITY-7: the line is one JSON object.
func TestJSON(t *testing.T) {
	odd, format := entry(), Format{JSON: true}
	odd.Texts[protocol.UserAgent], odd.Texts[protocol.TraceID] = "grüße \"x\"\x00\xff", "0af7651916cd43dd8448eb211c80319c"
	found := map[string]any{}
	line := format.Append(nil, odd)
	if err := json.Unmarshal(line, &found); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	for name, want := range map[string]any{
		"time": "2026-11-25T03:26:35.000Z", "remote_address": "10.0.0.1", "method": "GET",
		"path": "/path?query", "status": 200.0, "bytes": 11.0, "duration_seconds": 0.0015,
		"user_agent": "grüße \"x\"\x00\uFFFD", "trace_id": odd.Texts[protocol.TraceID],
	} {
		if found[name] != want {
			t.Errorf("%s is %v, not %v", name, found[name], want)
		}
	}
}

// OBSERVABILITY-7: user agent and trace ID are null where the request has none.
func TestJSONWithoutAgentAndTrace(t *testing.T) {
	format := Format{JSON: true}
	line := string(format.Append(nil, &Entry{Status: 400}))
	if !strings.Contains(line, `"method":"-","path":"-","status":400`) ||
		!strings.HasSuffix(line, `"user_agent":null,"trace_id":null}`+"\n") {
		t.Error(line)
	}
}
