package worker

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/kubeless/kubeless/pkg/functions"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/protocoltest"
)

func done(functions.Event, functions.Context) (any, error) { return "done", nil }

// TIMEOUT-1: a call that ends after the supervisor has taken its connection sends and records nothing.
func TestLateWriterLoses(t *testing.T) {
	release := make(chan bool)
	f := serve(t, func(functions.Event, functions.Context) (any, error) {
		<-release
		return "late", nil
	}, fewCalls)
	client, slot := f.connect()
	fmt.Fprintf(client, get, "a")
	f.awaitCall(slot)
	f.take(slot)
	close(release)
	f.await(slot, protocol.Free)
	_ = client.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v in place of silence", err)
	}
	f.records(0)
}

// TIMEOUT-1: what the supervisor has seen of a call has no effect on the next request of the connection.
func TestLateSupervisorLoses(t *testing.T) {
	release := make(chan bool)
	f := serve(t, func(functions.Event, functions.Context) (any, error) {
		<-release
		return "done", nil
	}, fewCalls)
	client, slot := f.connect()
	reader := bufio.NewReader(client)
	fmt.Fprintf(client, get, "a")
	f.awaitCall(slot)
	seen := slot.Word() // just before the call ends
	release <- true
	read(t, reader)
	fmt.Fprintf(client, get, "b")
	f.awaitCall(slot)
	if slot.Take(seen) {
		t.Error("the next request was taken for the last one")
	}
	release <- true
	if status, _ := read(t, reader); status != 200 {
		t.Error(status)
	}
}

// CONCURRENCY-6: a client that reads slowly is no timeout, and holds up nobody's turn.
func TestSlowReaderIsNoTimeout(t *testing.T) {
	large := strings.Repeat("x", 32<<20)
	f := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		return large[:len(large)-len(event.Data)], nil
	}, protocoltest.Options{Calls: 1, Timeout: 50 * time.Millisecond})
	client, slot := f.connect()
	fmt.Fprintf(client, get, "large")
	f.await(slot, protocol.Answering)
	if word := slot.Word(); word.Phase() != protocol.Sending || slot.Status.Load() != 200 {
		t.Errorf("word %#x, status %d", word, slot.Status.Load())
	}
	if left := slot.Deadline.Load() - protocol.Now(); left < f.Table.SendTime/2 {
		t.Errorf("%s left for the client", time.Duration(left))
	}
	f.records(0) // none before the last byte
	other, _ := f.connect()
	fmt.Fprintf(other, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", 999, large[:999])
	for index, connection := range []net.Conn{other, client} {
		status, body := read(t, bufio.NewReader(connection))
		if status != 200 || len(body) < 32<<20-1000 {
			t.Errorf("%d, %d bytes", status, len(body))
		}
		if record := f.Records(); len(record) != 1 || int(record[0].Bytes) != len(body) {
			t.Errorf("connection %d: %+v with its answer", index, record)
		}
	}
}

// OBSERVABILITY-6: the last byte of an answer of declared length leaves after its record.
func TestRecordBeforeTheLastByte(t *testing.T) {
	f := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		event.Extensions.Response.Header().Set("Content-Length", "500000")
		return strings.Repeat("x", 500000), nil
	}, fewCalls)
	client, _ := f.connect()
	f.server.recording.Lock() // no record can be written
	fmt.Fprintf(client, get, "")
	response, err := http.ReadResponse(bufio.NewReader(client), nil)
	if err != nil {
		t.Fatal(err)
	}
	body := make([]byte, 500000)
	if _, err := io.ReadFull(response.Body, body[1:]); err != nil {
		t.Fatal(err)
	}
	_ = client.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := response.Body.Read(body[:1]); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v in place of the wait for the record", err)
	}
	f.server.recording.Unlock()
	if record := f.records(1)[0]; record.Bytes != 500000 {
		t.Errorf("%+v", record)
	}
}

// TIMEOUT-1: of the second of two pipelined requests nothing has been sent.
func TestPipelinedRequestIsAnsweredByNobodyYet(t *testing.T) {
	release := make(chan bool)
	f := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		if event.Extensions.Request.URL.Path == "/b" {
			<-release
		}
		return "done", nil
	}, fewCalls)
	client, slot := f.connect()
	defer close(release)
	fmt.Fprintf(client, get+get, "a", "b")
	f.until("the second is called", func() bool {
		return slot.Word().Sequence() == 2 && slot.Word().Phase() == protocol.Calling
	})
	if state := slot.Word().State(); state != protocol.Active {
		t.Errorf("state %d", state)
	}
	read(t, bufio.NewReader(client))
}

// FAILURE-1: panics, errors and the end of a goroutine are 500, whatever the function has prepared.
func TestFailures(t *testing.T) {
	f := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		if event.Extensions.Request.URL.Path == "/prepared" {
			event.Extensions.Response.WriteHeader(http.StatusCreated)
		}
		switch event.Data {
		case "panic":
			panic("expected")
		case "leave":
			runtime.Goexit()
		}
		return nil, fmt.Errorf("expected")
	}, fewCalls)
	for _, path := range []string{"", "prepared"} {
		for _, how := range []string{"panic", "leave", "error"} {
			client, _ := f.connect()
			fmt.Fprintf(client, "POST /%s HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n%s", path, how)
			want, text := 500, "Internal Server Error\n"
			if path != "" && how == "error" { // the old runtime left the function's status too
				want, text = 201, ""
			}
			if status, body := read(t, bufio.NewReader(client)); status != want || body != text {
				t.Errorf("%s %s: %d %s", path, how, status, body)
			}
			if record := f.records(1)[0]; int(record.Status) != want || record.Outcome != protocol.FailedCall {
				t.Errorf("%s %s: %+v", path, how, record)
			}
		}
	}
}

// TIMEOUT-13: an answer that a panic cuts off must not look whole.
func TestCutStream(t *testing.T) {
	f := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		fmt.Fprint(event.Extensions.Response, "piece")
		event.Extensions.Response.(http.Flusher).Flush()
		panic("expected")
	}, fewCalls)
	client, slot := f.connect()
	fmt.Fprint(client, "GET / HTTP/1.0\r\n\r\n")
	f.await(slot, protocol.Closed)
	if slot.Flags()&protocol.FlagReset == 0 {
		t.Errorf("flags %d", slot.Flags())
	}
	if record := f.records(1)[0]; record.Status != 200 || record.Outcome != protocol.FailedCall {
		t.Errorf("%+v", record)
	}
}

// CONCURRENCY-4, CONCURRENCY-5: requests wait for a place, and those over the bound are refused.
func TestBounds(t *testing.T) {
	release := make(chan bool)
	f := serve(t, func(functions.Event, functions.Context) (any, error) {
		<-release
		return "done", nil
	}, fewCalls)
	clients := []net.Conn{}
	for index, phase := range []protocol.Phase{protocol.Calling, protocol.Calling, protocol.Waiting} {
		client, slot := f.connect()
		fmt.Fprintf(client, get, "")
		f.until(fmt.Sprint("phase of ", index), func() bool { return slot.Word().Phase() == phase })
		clients = append(clients, client)
	}
	over, _ := f.connect()
	fmt.Fprintf(over, get, "")
	if status, body := read(t, bufio.NewReader(over)); status != 503 || body != "Service Unavailable\n" {
		t.Errorf("%d %s over the bound", status, body)
	}
	close(release)
	for _, client := range clients {
		if status, body := read(t, bufio.NewReader(client)); status != 200 || body != "done" {
			t.Errorf("%d %s", status, body)
		}
	}
}

// A hijacked connection is the function's, even after the call.
func TestHijackedConnection(t *testing.T) {
	hijacked := make(chan net.Conn, 1)
	f := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		connection, _, err := http.NewResponseController(event.Extensions.Response).Hijack()
		hijacked <- connection
		return nil, err
	}, fewCalls)
	client, slot := f.connect()
	fmt.Fprintf(client, get, "")
	connection := <-hijacked
	f.records(1)
	for _, line := range []string{"later\n", "and later\n"} {
		fmt.Fprint(connection, line)
		if found, err := bufio.NewReader(client).ReadString('\n'); found != line || slot.Deadline.Load() != 0 {
			t.Error(found, err, slot.Deadline.Load())
		}
		fmt.Fprint(client, line)
		if found, err := bufio.NewReader(connection).ReadString('\n'); found != line {
			t.Error(found, err)
		}
	}
	connection.Close()
	f.await(slot, protocol.Closed)
}

// CONCURRENCY-4, LIFECYCLE-2, REQUEST-14: no refusal waits for the rest of a body.
func TestNoAnswerWaitsForTheRestOfABody(t *testing.T) {
	f := serve(t, done, protocoltest.Options{BodyLimit: 1000, Concurrency: 1, Calls: 1})
	waits, slot := f.connect()
	fmt.Fprint(waits, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n")
	f.await(slot, protocol.Active)
	f.until("admitted", func() bool { return f.server.admitted.Load() == 1 })
	for _, draining := range []uint32{0, 1} {
		for expect, fields := range map[string]string{"": "", "with Expect": "Expect: 100-continue\r\n"} {
			f.Table.Draining.Store(draining)
			client, _ := f.connect()
			fmt.Fprint(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n"+fields+"\r\n")
			if answer := readAll(t, client); !strings.HasPrefix(answer, "HTTP/1.1 503 ") ||
				!strings.Contains(answer, "\r\nRetry-After: 1\r\n") {
				t.Errorf("draining: %d, %s: %s", draining, expect, answer)
			}
		}
	}
}

// REQUEST-14: a chunked body over the limit is refused while its client is still sending.
func TestChunksOverTheLimit(t *testing.T) {
	f := serve(t, done, fewCalls)
	client, _ := f.connect()
	fmt.Fprint(client, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"+
		strings.Repeat("64\r\n"+strings.Repeat("x", 100)+"\r\n", 10))
	fmt.Fprint(client, "1\r\n")
	if answer := readAll(t, client); !strings.HasPrefix(answer, "HTTP/1.1 413 Content Too Large\r\n") {
		t.Error(answer)
	}
	if record := f.records(1)[0]; record.Status != 413 || record.Outcome != protocol.NoCall {
		t.Errorf("%+v", record)
	}
}

// A body that ends too early leads to no call.
func TestHalfABody(t *testing.T) {
	f := serve(t, done, fewCalls)
	client, _ := f.connect()
	fmt.Fprint(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nhalf")
	_ = client.(*net.TCPConn).CloseWrite()
	if answer := readAll(t, client); !strings.HasPrefix(answer, "HTTP/1.1 400 ") {
		t.Error(answer)
	}
	if record := f.records(1)[0]; record.Outcome != protocol.NoCall {
		t.Errorf("%+v", record)
	}
}
