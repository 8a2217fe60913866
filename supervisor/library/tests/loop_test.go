package library_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/protocoltest"
)

// While the gate is closed no request begins, and each connection that waits can be taken; those that had
// begun are read on, and answered once it opens.
func TestGate(t *testing.T) {
	w := start(t, protocoltest.Options{})
	idle, begun, pipelined, held := w.connect(1), w.connect(2), w.connect(3), w.connect(4)
	idle.expect(hello, 200, "hello world")
	word := w.await(1, protocol.Idle)
	begun.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab")
	w.awaitPhase(2, protocol.Reading)
	held.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n" + hello)
	w.awaitPhase(4, protocol.Calling)
	idle.send(hello)
	pipelined.send(hello)
	begun.send("c")
	w.awaitPhase(2, protocol.Waiting)
	if !w.Table.Slot(1).Take(word) {
		t.Fatalf("the word is %#x: a request has begun behind the gate", w.Table.Slot(1).Word())
	}
	w.tell(protocol.LetGo, 1)
	w.await(1, protocol.Free)
	w.tell(protocol.StopCall, 4)
	for _, want := range []string{"stopped", "hello world"} {
		if _, body := held.answer("GET"); body != want {
			t.Errorf("`%s`, not `%s`", body, want)
		}
	}
	if _, body := begun.answer("POST"); body != "abc" {
		t.Errorf("`%s`", body)
	}
	if _, body := pipelined.answer("GET"); body != "hello world" {
		t.Errorf("`%s`", body)
	}
}

// A call that the loop goes on beside learns that its client has ended its side.
func TestHangup(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	c.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	w.awaitPhase(1, protocol.Calling)
	_ = c.CloseWrite()
	if _, body := c.answer("GET"); body != "hangup" {
		t.Errorf("`%s`", body)
	}
	w.await(1, protocol.Closed)
	w.Free(1)
	c.ends()
}

// A language that makes its answers' bytes itself is told when a slow client takes more; an interim answer
// is none.
func TestRawAnswer(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	c.send("GET /raw?8000000 HTTP/1.1\r\nHost: x\r\n\r\n")
	word := w.await(1, protocol.Answering)
	if word.Phase() != protocol.Sending || w.Table.Slot(1).Sent.Load() != int64(len(hints)) {
		t.Errorf("the word is %#x, and %d bytes were sent before", word, w.Table.Slot(1).Sent.Load())
	}
	if text, _ := c.Peek(len(hints)); string(text) != hints {
		t.Fatalf("`%s` is no interim answer", text)
	}
	_, _ = c.Discard(len(hints))
	if response, body := c.answer("GET"); response.StatusCode != 202 || len(body) != 8000000 {
		t.Errorf("%d with %d bytes", response.StatusCode, len(body))
	}
	if record := w.record(); record.Status != 202 || record.Bytes != 8000000 {
		t.Errorf("the record is %+v", record)
	}
	end := w.Table.Slot(1).End.Load()
	c.expect(hello, 200, "hello world")
	if sent := w.Table.Slot(1).Sent.Load(); sent != end {
		t.Errorf("the answer ended at byte %d, not at %d", sent, end)
	}
}

const hints = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"

// A client that goes without another request begins none: the sequence stays.
func TestTheClientGoes(t *testing.T) {
	w := start(t, protocoltest.Options{})
	c := w.connect(1)
	c.expect(hello, 200, "hello world")
	word := w.await(1, protocol.Idle)
	_ = c.Close()
	if ended := w.await(1, protocol.Closed); ended.Sequence() != word.Sequence() {
		t.Errorf("the sequence is %d, not %d", ended.Sequence(), word.Sequence())
	}
}

// descriptors counts the open files of a process.
func descriptors(t *testing.T, process string) int {
	t.Helper()
	found, err := os.ReadDir(filepath.Join("/proc", process, "fd"))
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// awaitDescriptors waits until a process has at most this many open files.
func awaitDescriptors(t *testing.T, process string, most int) {
	t.Helper()
	for end := time.Now().Add(limit); descriptors(t, process) > most; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d descriptors are open, not %d", descriptors(t, process), most)
		}
	}
}

// Connections that come and go, are taken and come back, leave no descriptor behind.
func TestNothingIsLeft(t *testing.T) {
	w := start(t, protocoltest.Options{})
	before := 0
	for round := 0; round < 50; round++ {
		taken, closed := w.connect(1), w.connect(2)
		taken.expect(hello, 200, "hello world")
		closed.expect(hello, 200, "hello world")
		if w.Table.Slot(1).Take(w.await(1, protocol.Idle)) {
			w.tell(protocol.LetGo, 1)
		}
		_ = closed.Close()
		w.await(1, protocol.Free)
		w.await(2, protocol.Closed)
		w.Free(1)
		w.Free(2)
		_ = taken.Close()
		if round == 0 {
			before = descriptors(t, pid(w))
		}
	}
	awaitDescriptors(t, pid(w), before)
}

func pid(w *worker) string { return itoa(w.Process.Process.Pid) }

// A template forks a worker for each FORK, whose parent it isn't, and keeps nothing of it.
func TestTemplate(t *testing.T) {
	template := start(t, protocoltest.Options{}, "template")
	workers, before := []*worker{}, descriptors(t, pid(template))
	for count := 0; count < 3; count++ {
		supervisor, control, table, err := protocoltest.Attach(protocoltest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer supervisor.Close()
		message := protocol.Message{Type: protocol.Fork}
		if err := template.Send(message, int(control.Fd()), int(table.Fd())); err != nil {
			t.Fatal(err)
		}
		_, _ = control.Close(), table.Close()
		workers = append(workers, &worker{supervisor, t})
	}
	for _, w := range workers {
		process := int(w.message(protocol.Ready).Number())
		if process == template.Process.Process.Pid {
			t.Error("the template says that it is the worker")
		}
		if session := session(t, process); session != process {
			t.Errorf("the worker `%d` is in the session `%d`", process, session)
		}
		w.connect(1).expect(hello, 200, "hello world")
		if own, err := os.Readlink("/proc/" + itoa(process) + "/fd/4"); own != os.DevNull {
			t.Errorf("what the template has opened as 4 is `%s` in the worker: %v", own, err)
		}
	}
	awaitDescriptors(t, pid(template), before)
	w := workers[0]
	w.connect(2).send("GET /kill HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := w.Receive(limit); err == nil || os.IsTimeout(err) {
		t.Errorf("the end of a worker isn't seen: %v", err)
	}
	workers[1].connect(2).expect(hello, 200, "hello world")
	for end := time.Now().Add(limit); children(t, template.Process.Process.Pid) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the template has children that it doesn't reap")
		}
	}
}
