package library_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/protocoltest"
)

// refused sees one answer of this status, the end of the connection and nothing after it, and the record
// of a request without a call. The slot is free again afterwards.
func (w *worker) refused(c client, slot, status int) *http.Response {
	w.t.Helper()
	response, body := c.answer("GET")
	want := http.StatusText(status)
	switch status {
	case 413:
		want = "Content Too Large"
	}
	if response.StatusCode != status || body != want+"\n" || !response.Close {
		w.t.Errorf("%d `%s`, not %d `%s`", response.StatusCode, body, status, want)
	}
	w.await(slot, protocol.Closed)
	if flags := w.Table.Slot(slot).Flags(); flags&protocol.FlagLinger == 0 || flags&protocol.FlagReset != 0 {
		w.t.Errorf("the flags are %d", flags)
	}
	if record := w.record(); record.Status != uint16(status) || record.Outcome != protocol.NoCall {
		w.t.Errorf("the record is %+v", record)
	}
	_ = c.Close()
	w.Free(slot)
	return response
}

// HTTP-1 to HTTP-28: the whole worker does with each case what the table says, however it arrives.
func TestCasesInAWorker(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	w := start(t, protocoltest.Options{})
	for _, one := range cases(t) {
		request := latin1(one.Request)
		if one.Clause != "HTTP-19" {
			request = append(request, behind...)
		}
		for round := 0; round < 3; round++ {
			c := w.connect(1)
			c.sendPieces(random, request)
			if one.Accepted == nil {
				w.refused(c, 1, one.Status)
				continue
			}
			w.accepted(c, one)
			_ = c.Close()
			w.await(1, protocol.Closed)
			w.Records()
			w.Free(1)
		}
		if t.Failed() {
			t.Fatalf("the case is `%s` (%s)", one.Name, one.Clause)
		}
	}
}

// accepted compares what the function has seen: `METHOD PATH QUERY`, the fields, an empty line, the body.
func (w *worker) accepted(c client, one oneCase) {
	w.t.Helper()
	method, _, _ := strings.Cut(strings.TrimLeft(one.Request, "\r\n"), " ")
	for interim := true; interim; {
		start, _ := c.Peek(12)
		interim = string(start) == "HTTP/1.1 100"
		if interim {
			_, _ = c.Discard(len("HTTP/1.1 100 Continue\r\n\r\n"))
		}
	}
	response, seen := c.answer(method)
	if response.StatusCode != 200 {
		w.t.Fatalf("the status is %d", response.StatusCode)
	}
	head, body, _ := strings.Cut(seen, "\n\n")
	lines := strings.Split(head, "\n")
	parts := append(strings.Split(lines[0], " "), "", "")
	for index, key := range []string{"method", "path", "query"} {
		if want, given := one.Accepted[key]; given && parts[index] != string(latin1(want.(string))) {
			w.t.Errorf("%s `%s`, not `%s`", key, parts[index], want)
		}
	}
	if want, given := one.Accepted["body"]; given && body != string(latin1(want.(string))) {
		w.t.Errorf("body `%s`, not `%s`", body, want)
	}
	headers, _ := one.Accepted["headers"].(map[string]any)
	for name, value := range headers {
		found := false
		for _, line := range lines[1:] {
			key, text, _ := strings.Cut(line, ": ")
			found = found || strings.ToLower(key) == name && text == string(latin1(value.(string)))
		}
		if !found {
			w.t.Errorf("`%s: %s` isn't among %q", name, value, lines)
		}
	}
	if !strings.Contains(one.Request, " HTTP/1.0\r\n") {
		if _, seen := c.answer("GET"); !strings.HasPrefix(seen, "GET /pipelined") {
			w.t.Errorf("`%s` was answered to the pipelined request", seen)
		}
	}
}

// REQUEST-14: a client that is still sending reads 413, with and without a declared length.
func TestTooLarge(t *testing.T) {
	w := start(t, protocoltest.Options{BodyLimit: 1000})
	c := w.connect(1)
	c.expect("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"+strings.Repeat("a", 1000), 200,
		strings.Repeat("a", 1000))
	w.Records()
	c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\nabc")
	w.refused(c, 1, 413)
	c = w.connect(1)
	c.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n" + strings.Repeat("a", 500) +
		"\r\n1f5\r\n")
	w.refused(c, 1, 413)
	c = w.connect(1)
	c.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n")
	w.refused(c, 1, 413)
}

// LIMITS: a head of 65,536 bytes is accepted, a larger one is 431.
func TestLargeHeads(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	head := "GET /hello HTTP/1.1\r\nHost: x\r\nX: "
	c.expect(head+strings.Repeat("a", 65536-len(head)-4)+"\r\n\r\n", 200, "hello world")
	many := "GET /hello HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("a:\r\n", 16376)
	c.expect(many+"\r\n", 200, "hello world")
	w.Records()
	c.send(head + strings.Repeat("a", 65536-len(head)-3) + "\r\n\r\n")
	w.refused(c, 1, 431)
}

// A client gets leave to send its body once it has asked for it, and the body has a time of its own.
func TestContinue(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	c.send("POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
	if line, _ := c.ReadString('\n'); line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("`%s` is no leave to send", line)
	}
	_, _ = c.ReadString('\n')
	if left := w.Table.Slot(1).Deadline.Load() - protocol.Now(); left < int64(4*time.Minute) {
		t.Errorf("the body has %s", time.Duration(left))
	}
	c.expect("abc", 200, "abc")
	if sent := w.Table.Slot(1).Sent.Load(); sent != int64(len("HTTP/1.1 100 Continue\r\n\r\n")) {
		t.Errorf("%d bytes are said to have been sent before the answer", sent)
	}
}

// REQUEST-13: a large body arrives whole, in chunks and in one piece, while another call is served.
func TestSlowUploads(t *testing.T) {
	w := start(t, protocoltest.Options{})
	body := make([]byte, 3<<20)
	rand.New(rand.NewSource(1)).Read(body)
	uploads := []client{w.connect(1), w.connect(2)}
	uploads[0].send(fmt.Sprintf("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", len(body)))
	uploads[1].send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	w.awaitPhase(1, protocol.Reading)
	w.awaitPhase(2, protocol.Reading)
	w.connect(3).expect(hello, 200, "hello world")
	for at := 0; at < len(body); at += 70001 {
		part := body[at:min(at+70001, len(body))]
		uploads[0].send(string(part))
		uploads[1].send(fmt.Sprintf("%x\r\n%s\r\n", len(part), part))
	}
	uploads[1].send("0\r\n\r\n")
	for _, upload := range uploads {
		if _, found := upload.answer("POST"); !bytes.Equal([]byte(found), body) {
			t.Error("the body came back changed")
		}
	}
}

// HTTP-31, HTTP-32: a client that ends its side after a request is answered; half a request has no call.
func TestHalfClose(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	c.send("GET /sleep?50 HTTP/1.1\r\nHost: x\r\n\r\n")
	_ = c.CloseWrite()
	if _, body := c.answer("GET"); body != "slept" {
		t.Errorf("`%s`", body)
	}
	w.await(1, protocol.Closed)
	w.Free(1)
	c.ends()
	w.Records()
	c = w.connect(1)
	c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab")
	_ = c.CloseWrite()
	w.refused(c, 1, 400)
}

// RESPONSE-9, TIMEOUT-13: a stream is in phase CALLING and its status in the table; one that fails is cut.
func TestStreams(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	c.send("GET /stream?20 HTTP/1.1\r\nHost: x\r\n\r\n")
	word := w.await(1, protocol.Answering)
	if word.Phase() != protocol.Calling || w.Table.Slot(1).Status.Load() != 201 {
		t.Errorf("the phase is %d and the status %d", word.Phase(), w.Table.Slot(1).Status.Load())
	}
	response, body := c.answer("GET")
	if response.StatusCode != 201 || len(response.TransferEncoding) != 1 || strings.Count(body, "piece") != 20 {
		t.Errorf("%d %v `%s`", response.StatusCode, response.TransferEncoding, body)
	}
	if record := w.record(); record.Status != 201 || record.Bytes != int64(len(body)) || record.Outcome != protocol.Call {
		t.Errorf("the record is %+v", record)
	}
	c.expect("HEAD /stream?2 HTTP/1.1\r\nHost: x\r\n\r\n", 201, "")
	w.record()
	c.expect(hello, 200, "hello world")
	w.record()
	c.send("GET /cut?2 HTTP/1.1\r\nHost: x\r\n\r\n")
	w.await(1, protocol.Closed)
	if w.Table.Slot(1).Flags()&protocol.FlagReset == 0 {
		t.Error("a stream that failed isn't to be reset")
	}
	if record := w.record(); record.Status != 201 || record.Outcome != protocol.FailedCall {
		t.Errorf("the record is %+v", record)
	}
	w.Free(1)
	c = w.connect(1)
	c.send("GET /stream?2 HTTP/1.0\r\n\r\n")
	if response, body := c.answer("GET"); !response.Close || body != "piece 0\npiece 1\n" {
		t.Errorf("`%s` to HTTP/1.0", body)
	}
	c.ends()
}

// A client that is slow to take its answer gets it whole; one that is cut by the supervisor holds nobody up.
func TestSlowDownload(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	c.send("GET /large?20000000 HTTP/1.1\r\nHost: x\r\n\r\n")
	word := w.await(1, protocol.Answering)
	if word.Phase() != protocol.Sending || w.Table.Slot(1).Deadline.Load() == 0 {
		t.Errorf("the word is %#x", word)
	}
	if _, body := c.answer("GET"); len(body) != 20000000 {
		t.Errorf("%d bytes", len(body))
	}
	w.record()
	c.send("GET /large?20000000 HTTP/1.1\r\nHost: x\r\n\r\n")
	if !w.Table.Slot(1).Take(w.await(1, protocol.Answering)) {
		t.Fatal("an answer couldn't be taken")
	}
	w.await(1, protocol.Free)
	w.connect(2).expect(hello, 200, "hello world")
}

// REQUEST-24, OBSERVABILITY-8: probes are the supervisor's, with their bodies, and have no record.
func TestProbes(t *testing.T) {
	w := start(t, protocoltest.Options{Concurrency: 1})
	c := w.connect(1)
	for path, probe := range map[string]protocol.Probe{
		"/healthz": protocol.ProbeHealth, "/readyz?a": protocol.ProbeReadiness, "/metrics": protocol.ProbeMetrics,
	} {
		c.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + hello)
		message := w.message(protocol.ProbeReceived)
		if message.Slot != 1 || message.Number() != uint32(probe) {
			t.Fatalf("`%s` is told as %+v", path, message)
		}
		w.tell(protocol.ProbeAnswer, 1, append(protocol.Number(503), "text\n"...)...)
		response, body := c.answer("POST")
		if response.StatusCode != 503 || body != "text\n" || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/plain; ") {
			t.Errorf("%s: %d `%s` %v", path, response.StatusCode, body, response.Header)
		}
		_, _ = c.answer("GET")
		if record := w.record(); record.Texts[protocol.Target] != "/hello" {
			t.Errorf("the record is %+v", record)
		}
	}
	c.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	w.message(protocol.ProbeReceived)
	_ = c.Close()
	w.connect(2).expect(hello, 200, "hello world")
	w.tell(protocol.ProbeAnswer, 1, append(protocol.Number(200), "ok\n"...)...)
	w.await(1, protocol.Closed)
}

// RESPONSE-13, RESPONSE-14: preflights need no call; a cross-origin answer allows its origin.
func TestCrossOrigin(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	response := c.expect("OPTIONS /hello HTTP/1.1\r\nHost: x\r\nOrigin: y\r\nAccess-Control-Request-Method: PUT\r\n"+
		"Access-Control-Request-Headers: x-a\r\n\r\n", 204, "")
	if allowed := response.Header.Get("Access-Control-Allow-Headers"); allowed != "x-a" {
		t.Errorf("the headers `%s` are allowed", allowed)
	}
	if record := w.record(); record.Status != 204 || record.Outcome != protocol.NoCall {
		t.Errorf("the record is %+v", record)
	}
	response = c.expect("GET /hello HTTP/1.1\r\nHost: x\r\nOrigin: y\r\n\r\n", 200, "hello world")
	if response.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("the origin isn't allowed: %v", response.Header)
	}
}

// RESPONSE-6: the function's fields are sent, its framing isn't, and none can smuggle another one in.
func TestFields(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	response := c.expect(hello, 200, "hello world")
	if response.Header.Get("X-Test") != "yes" || len(response.Header["Content-Length"]) != 1 || response.Header.Get("Date") == "" {
		t.Errorf("the fields are %v", response.Header)
	}
	response = c.expect("GET /fields HTTP/1.1\r\nHost: x\r\n\r\n", 500, "invalid")
	if response.Header.Get("Set-Cookie") != "" {
		t.Error("a field's value has made another field")
	}
	response = c.expect("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, "hello world")
	if response.Close || response.Header.Get("Connection") != "keep-alive" {
		t.Error("an HTTP/1.0 client can't keep its connection")
	}
	response = c.expect("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200, "hello world")
	if !response.Close {
		t.Error("the end of the connection isn't announced")
	}
	c.ends()
}

// CONCURRENCY-4: a request beyond FUNC_CONCURRENCY is refused before its body is read.
func TestConcurrency(t *testing.T) {
	w := start(t, protocoltest.Options{Concurrency: 1})
	first, second := w.connect(1), w.connect(2)
	first.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n")
	w.awaitPhase(1, protocol.Reading)
	for end := time.Now().Add(limit); w.Table.Slot(1).Texts()[protocol.Target] == "" && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	second.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n")
	if response := w.refused(second, 2, 503); response.Header.Get("Retry-After") != "1" {
		t.Error("the client isn't told when to come back")
	}
	first.expect("abc", 200, "abc")
	first.expect(hello, 200, "hello world")
}

// LIFECYCLE-1, LIFECYCLE-2: in the drain, a request that is there is answered, a new one is refused.
func TestDrain(t *testing.T) {
	w := start(t, protocoltest.Options{})
	first, second := w.connect(1), w.connect(2)
	second.expect(hello, 200, "hello world")
	first.send("GET /sleep?100 HTTP/1.1\r\nHost: x\r\n\r\n")
	w.awaitPhase(1, protocol.Calling)
	w.Table.Draining.Store(1)
	if response, body := first.answer("GET"); body != "slept" || !response.Close {
		t.Errorf("`%s`, and the end isn't announced: %t", body, response.Close)
	}
	first.ends()
	w.Records()
	second.send(hello)
	w.refused(second, 2, 503)
}

// A retired worker reads nothing more of a connection that waits, and is told when its last one is gone.
func TestRetired(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c, other := w.connect(1), w.connect(2)
	c.expect(hello, 200, "hello world")
	word := w.await(1, protocol.Idle)
	other.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n")
	w.awaitPhase(2, protocol.Reading)
	w.tell(protocol.Retire, 0)
	c.send(hello)
	other.expect("abc", 200, "abc")
	if !w.Table.Slot(1).Take(word) {
		t.Fatalf("the word is %#x: a retired worker has begun a request", w.Table.Slot(1).Word())
	}
	w.tell(protocol.LetGo, 1)
	w.await(1, protocol.Free)
	_ = other.Close()
	word = w.await(2, protocol.Idle)
	if !w.Table.Slot(2).Take(word) {
		t.Fatal("an idle connection couldn't be taken")
	}
	w.tell(protocol.LetGo, 2)
	if err := w.Process.Wait(); err != nil {
		t.Errorf("the worker's end: %v", err)
	}
}

// FAILURE-4, FAILURE-5: a call that ends its process says so if it can; the table tells of it else.
func TestEndOfTheProcess(t *testing.T) {
	w := start(t, protocoltest.Options{})
	w.connect(5).send("GET /exit HTTP/1.1\r\nHost: x\r\n\r\n")
	if message := w.message(protocol.Exiting); message.Slot != 5 {
		t.Errorf("EXITING is of slot %d", message.Slot)
	}
	if err := w.Process.Wait(); err == nil || w.Process.ProcessState.ExitCode() != 3 {
		t.Errorf("the end is %v", err)
	}
	w = start(t, protocoltest.Options{})
	w.connect(5).send("GET /kill HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := w.Receive(limit); err != io.EOF {
		t.Errorf("%v, not the end of the worker", err)
	}
	if word := w.Table.Slot(5).Word(); word.State() != protocol.Active || word.Phase() != protocol.Calling {
		t.Errorf("the word is %#x", word)
	}
	_ = w.Process.Wait()
}
