package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// compileRelay compiles the relay with the sanitizers for addresses and undefined behaviour.
func compileRelay() {
	sources, _ := filepath.Glob("../relay/*.c")
	library, _ := filepath.Glob("../library/*.c")
	arguments := append([]string{
		"-std=c11", "-D_GNU_SOURCE", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread",
		"-fsanitize=address,undefined", "-o", filepath.Join(programs, "relay"),
	}, append(sources, library...)...)
	if output, err := exec.Command("gcc", arguments...).CombinedOutput(); err != nil {
		panic(fmt.Sprintf("the relay can't be compiled: %s", output))
	}
}

func relayedDescription(kind, address string) string {
	return `{"command": ["` + programs + `/testserver", "${WORKER_` + address + `}"], "kind": "` + kind +
		`", "path": "request"}`
}

// The server gets the request as it was sent, without what is about the connection, and with a length in place
// of chunks.
func TestRelayedRequest(t *testing.T) {
	r := start(t, "relayed many")
	for sent, want := range map[string]string{
		"GET /request?a=%20b HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nX-A: 2\r\nConnection: close, x\r\nTE: x\r\n\r\n": "GET /request?a=%20b h\nX-A: 1\r\nX-A: 2\r\n",
		"POST http://other:1/request HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" +
			"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n": "POST /request h\nContent-Length: 3\r\nabc",
		"PUT /request HTTP/1.0\r\nContent-Length: 0\r\n\r\n":              "PUT /request localhost\nContent-Length: 0\r\n",
		"BREW /request? HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n": "BREW /request? h\n",
	} {
		answer := rest(r.dial(sent))
		if _, body, _ := strings.Cut(answer, "\r\n\r\n"); body != want {
			t.Errorf("%q: %q, not %q", sent, body, want)
		}
	}
}

// LIMITS-3: a head of nothing but the shortest fields reaches the server, where each is a byte longer.
func TestRelayedHead(t *testing.T) {
	r := start(t, "relayed many")
	head := "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + strings.Repeat("a:\r\n", 16000) + "\r\n"
	if answer := rest(r.dial(head)); !strings.HasSuffix(answer, "\r\n\r\nhello") {
		t.Error(answer)
	}
}

// What the server answers is read strictly: an answer that isn't HTTP or isn't whole is none. One that has
// begun is cut.
func TestOddAnswers(t *testing.T) {
	r := start(t, "relayed one", "FUNC_WORKERS=1")
	for name, want := range map[string]string{
		"end": "200 until the end", "interim": "200 ok", "chunks": "200 okay!", "more": "200 ok",
		"short": "500 Internal Server Error\n", "nothing": "500 Internal Server Error\n",
		"malformed": "500 Internal Server Error\n", "field": "500 Internal Server Error\n",
		"lengths": "500 Internal Server Error\n", "cut": "0 first", "empty": "204 ",
	} {
		status, body := r.get("/odd/" + name)
		if found := fmt.Sprint(status, " ", body); found != want {
			t.Errorf("%s: %q, not %q", name, found, want)
		}
		r.wants("/hello", 200, "hello")
	}
	has(t, rest(r.dial("GET /odd/end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")), "X-A: 1\r\nX-A: 2\r\n")
	_, metrics := r.get("/metrics")
	has(t, metrics, `function_failures_total{method="GET"} 6`)
}

// RESPONSE-8, OBSERVABILITY-4: HEAD has the length of GET; a 500 of the server is a failure.
func TestRelayedAnswers(t *testing.T) {
	r := start(t, "relayed many")
	has(t, rest(r.dial("HEAD /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")), "Content-Length: 5\r\n")
	r.wants("/fail", 500, "hello")
	if status, body := r.get("/large"); status != 200 || len(body) != 4<<20 {
		t.Error(status, len(body))
	}
	_, metrics := r.get("/metrics")
	has(t, metrics, `function_failures_total{method="GET"} 1`, `function_calls_total{method="HEAD"} 1`)
}

// TIMEOUT-14: at the deadline a server that executes other calls sees its client gone.
func TestServerSeesAStop(t *testing.T) {
	r := start(t, "relayed many", "FUNC_TIMEOUT=2")
	file := filepath.Join(t.TempDir(), "gone")
	go r.wants("/gone"+file, 408, "Request Timeout\n")
	r.untilInFlight(1)
	r.wants("/sleep/0.4", 200, "hello")
	r.wants("/sleep/1.9", 200, "hello")
	r.until("the server has seen it", func() bool { _, err := os.Stat(file); return err == nil })
	if begun, err := os.ReadFile(file + ".begun"); string(begun) != "x" {
		t.Errorf("it was executed %d times (%v)", len(begun), err)
	}
}

// LOAD-7: a server that doesn't start ends the runtime with its cause.
func TestServerThatFails(t *testing.T) {
	r := launchWith(t, `{"command": ["`+programs+`/testserver", "/fails"], "kind": "one", "path": "request"}`)
	select {
	case <-r.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on")
	}
	has(t, r.stderr.String(), "error: the function can't be loaded: expected load failure\n")
}
