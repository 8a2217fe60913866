package worker

import (
	"bufio"
	"fmt"
	"strings"
	"testing"
	"time"

	"runtimes.invalid/protocol"
)

// CONCURRENCY-7: the message LET_GO wakes what waits on a taken connection, and the slot becomes free.
func TestTakenConnectionIsLetGo(t *testing.T) {
	f := serve(t, echo, fewCalls)
	client, slot := f.connect()
	fmt.Fprintf(client, get, "")
	read(t, bufio.NewReader(client))
	f.await(slot, protocol.Idle)
	f.take(slot)
	_ = f.Send(protocol.Message{Type: protocol.LetGo, Slot: 0})
	f.await(slot, protocol.Free)
}

// OBSERVABILITY-8: the supervisor answers a probe on a kept connection, which is called nobody and has no
// record.
func TestProbes(t *testing.T) {
	f := serve(t, echo, fewCalls)
	client, slot := f.connect()
	reader := bufio.NewReader(client)
	for index, path := range []string{"healthz", "readyz", "metrics"} {
		fmt.Fprintf(client, get, path)
		message, err := f.Receive(10 * time.Second)
		if err != nil || message.Type != protocol.ProbeReceived || message.Number() != uint32(index) {
			t.Fatalf("%+v, %v", message, err)
		}
		_ = f.Send(protocol.Message{Type: protocol.ProbeAnswer, Payload: append(protocol.Number(503), path...)})
		if status, body := read(t, reader); status != 503 || body != path {
			t.Errorf("%d %s", status, body)
		}
		f.await(slot, protocol.Idle)
	}
	f.records(0)
}

// REQUEST-24: after a probe with a body nothing of the connection is taken for a request.
func TestProbeWithABody(t *testing.T) {
	f := serve(t, echo, fewCalls)
	client, slot := f.connect()
	fmt.Fprint(client, "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n")
	if _, err := f.Receive(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	_ = f.Send(protocol.Message{Type: protocol.ProbeAnswer, Payload: append(protocol.Number(200), "m 1\n"...)})
	answer := readAll(t, client)
	if !strings.Contains(answer, "version=0.0.4") || !strings.HasSuffix(answer, "m 1\n") {
		t.Error(answer)
	}
	f.await(slot, protocol.Closed)
	f.records(0)
}

// OBSERVABILITY-6: who adds a record while the reader sleeps wakes it, once.
func TestRecordsWakeTheReader(t *testing.T) {
	f := serve(t, echo, fewCalls)
	client, _ := f.connect()
	reader := bufio.NewReader(client)
	f.Table.Ring.Sleep()
	for round := 0; round < 2; round++ {
		fmt.Fprintf(client, get, "")
		read(t, reader)
	}
	if message, err := f.Receive(10 * time.Second); err != nil || message.Type != protocol.Records {
		t.Fatalf("%+v, %v", message, err)
	}
	if message, err := f.Receive(10 * time.Millisecond); err == nil {
		t.Errorf("a second message: %+v", message)
	}
}
