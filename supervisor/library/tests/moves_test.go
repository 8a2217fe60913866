package library_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/protocoltest"
)

// The words of a kept connection follow the page: IDLE between requests, a sequence for each.
func TestMovesOfAKeptConnection(t *testing.T) {
	w := start(t, protocoltest.Options{Timeout: time.Minute})
	c := w.connect(3)
	c.expect(hello, 200, "hello world")
	first := w.record().Sequence
	for sequence := first + 1; sequence < first+4; sequence++ {
		end := w.Table.Slot(3).End.Load()
		c.expect(hello, 200, "hello world")
		if sent := w.Table.Slot(3).Sent.Load(); sent != end || sent == 0 {
			t.Fatalf("%d bytes are said to have been sent, not %d", sent, end)
		}
		record := w.record()
		if record.Slot != 3 || record.Sequence != sequence || record.Status != 200 ||
			record.Outcome != protocol.Call || record.Bytes != 11 {
			t.Fatalf("the record is %+v", record)
		}
		if record.Duration < record.CallDuration || record.CallDuration <= 0 {
			t.Fatalf("the durations are %d and %d", record.Duration, record.CallDuration)
		}
		if word := w.await(3, protocol.Idle); word.Sequence() != sequence {
			t.Fatalf("the sequence is %d, not %d", word.Sequence(), sequence)
		}
		if deadline := w.Table.Slot(3).Deadline.Load(); deadline != 0 {
			t.Fatalf("the deadline is %d while the connection is idle", deadline)
		}
	}
}

// A call has FUNC_TIMEOUT; the slot describes it, each text cut at its bound.
func TestACallInTheTable(t *testing.T) {
	w := start(t, protocoltest.Options{Timeout: time.Minute})
	c := w.connect(0)
	before := protocol.Now()
	c.send("HEAD http://h/sleep?200 HTTP/1.1\r\nHost: x\r\nOrigin: y\r\nReferer: r\r\nUser-Agent: " + string(make600()) +
		"\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n")
	w.awaitPhase(0, protocol.Calling)
	slot := w.Table.Slot(0)
	if left := slot.Deadline.Load() - before; left < int64(time.Minute) || left > int64(2*time.Minute) {
		t.Errorf("the deadline is in %s", time.Duration(left))
	}
	if slot.Called.Load() < slot.Began.Load() || slot.Began.Load() < before {
		t.Error("the call didn't begin after the request")
	}
	response, body := c.answer("HEAD")
	if response.Header.Get("Content-Length") != "5" || body != "" {
		t.Errorf("HEAD has the length %s and the body `%s`", response.Header.Get("Content-Length"), body)
	}
	record := w.record()
	want := protocol.Texts{"127.0.0.1", "HEAD", "HTTP/1.1", "0af7651916cd43dd8448eb211c80319c", "http://h/sleep?200", "r",
		string(make600()[:384])}
	if record.Texts != want || record.Bytes != 0 {
		t.Errorf("the record is %+v", record)
	}
}

func make600() []byte {
	text := make([]byte, 600)
	for index := range text {
		text[index] = byte('a' + index%26)
	}
	return text
}

// The supervisor wins an idle connection: the worker frees the slot, and no byte is lost with it.
func TestIdleIsTaken(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	c.expect(hello, 200, "hello world")
	word := w.await(1, protocol.Idle)
	if !w.Table.Slot(1).Take(word) {
		t.Fatal("an idle connection couldn't be taken")
	}
	w.tell(protocol.LetGo, 1)
	w.await(1, protocol.Free)
	c.send(hello)
	w.connect(2).expect(hello, 200, "hello world")
	if records := w.Records(); len(records) != 2 {
		t.Errorf("%d records: the worker has answered on a connection that was taken", len(records))
	}
}

// The supervisor loses a swap: the word it has seen is another one by now.
func TestTheWorkerIsFaster(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	c.expect(hello, 200, "hello world")
	seen := w.await(1, protocol.Idle)
	c.expect(hello, 200, "hello world")
	w.await(1, protocol.Idle)
	if w.Table.Slot(1).Take(seen) {
		t.Error("an old word was taken for the present one")
	}
	c.expect(hello, 200, "hello world")
}

// TIMEOUT-1: a call that the supervisor has taken sends not one byte, and leaves no record.
func TestACallIsTaken(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	c.send("GET /sleep?100 HTTP/1.1\r\nHost: x\r\n\r\n")
	if !w.Table.Slot(1).Take(w.awaitPhase(1, protocol.Calling)) {
		t.Fatal("a call couldn't be taken")
	}
	w.await(1, protocol.Free)
	w.Free(1)
	c.ends()
	if records := w.Records(); len(records) != 0 {
		t.Errorf("a call that was taken has the records %+v", records)
	}
}

// A connection that was taken before the worker knew of it, twice in one slot, harms no later one.
func TestHandedIsTaken(t *testing.T) {
	w := start(t, protocoltest.Options{})
	busy := w.connect(0)
	busy.send("GET /sleep?200 HTTP/1.1\r\nHost: x\r\n\r\n")
	w.awaitPhase(0, protocol.Calling)
	first := w.connect(1)
	first.send(hello)
	if !w.Table.Slot(1).Take(w.Table.Slot(1).Word()) {
		t.Fatal("a connection that nobody has read couldn't be taken")
	}
	w.tell(protocol.LetGo, 1)
	_, _ = busy.answer("GET")
	w.await(1, protocol.Free)
	w.Free(1)
	second := w.connect(1)
	second.expect(hello, 200, "hello world")
	if records := w.Records(); len(records) != 2 {
		t.Errorf("%d records, not 2", len(records))
	}
}

// A retired worker frees the slot of a connection too that was taken before the worker knew of it.
func TestHandedIsTakenFromARetiredWorker(t *testing.T) {
	w := start(t, protocoltest.Options{})
	busy := w.connect(0)
	busy.send("GET /sleep?100 HTTP/1.1\r\nHost: x\r\n\r\n")
	w.awaitPhase(0, protocol.Calling)
	w.tell(protocol.Retire, 0)
	w.connect(1)
	if !w.Table.Slot(1).Take(w.Table.Slot(1).Word()) {
		t.Fatal("a connection that nobody has read couldn't be taken")
	}
	w.tell(protocol.LetGo, 1)
	w.await(1, protocol.Free)
}

// REQUEST-23: pipelined requests are answered in their order, the next one never idle in between.
func TestPipelined(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	c.expect(hello, 200, "hello world")
	first := w.record().Sequence
	c.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\r\n" +
		"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1;x=y\r\nf\r\n0\r\nA: b\r\n\r\n" +
		hello + "GET /sleep?1 HTTP/1.1\r\nHo")
	for _, want := range []string{"abc", "def", "hello world"} {
		if _, body := c.answer("POST"); body != want {
			t.Fatalf("`%s`, not `%s`", body, want)
		}
	}
	word := w.awaitPhase(1, protocol.Reading)
	if word.Sequence() != first+4 {
		t.Errorf("the sequence is %d, not %d", word.Sequence(), first+4)
	}
	c.expect("st: x\r\n\r\n", 200, "slept")
	if records := w.Records(); len(records) != 4 {
		t.Errorf("%d records, not 4", len(records))
	}
	c.expect(hello+"\r\n", 200, "hello world")
	w.await(1, protocol.Idle) // an empty line is no request
}

// A reader that sleeps gets RECORDS; without one the worker waits for room in the ring.
func TestTheRing(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	w.Table.Ring.Sleep()
	c.expect(hello, 200, "hello world")
	w.message(protocol.Records)
	w.record()
	texts := string(make600()[:384])
	request := "GET /hello HTTP/1.1\r\nHost: x\r\nReferer: " + texts + "\r\nUser-Agent: " + texts + "\r\n\r\n"
	const fits, requests = protocol.RingBytes / (2 * 384), 1000
	answers, done := atomic.Int64{}, make(chan bool)
	go func() {
		defer close(done)
		for index := 0; index < requests; index++ {
			if _, err := c.Write([]byte(request)); err != nil {
				return
			}
			if _, err := http.ReadResponse(c.Reader, nil); err != nil {
				return
			}
			_, _ = c.Discard(len("hello world"))
			answers.Add(1)
		}
	}()
	for last := int64(-1); last != answers.Load() || last < 100; time.Sleep(300 * time.Millisecond) {
		last = answers.Load()
	}
	if answers.Load() >= fits {
		t.Errorf("%d requests were answered without room for their records", answers.Load())
	}
	count := 0
	for end := time.Now().Add(limit); count < requests && time.Now().Before(end); time.Sleep(time.Millisecond) {
		for _, record := range w.Records() {
			if count++; record.Texts[protocol.UserAgent] != texts || record.Status != 200 {
				t.Fatalf("the record is %+v", record)
			}
		}
	}
	<-done
	if count != requests {
		t.Errorf("%d records, not %d", count, requests)
	}
}
