package worker

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/kubeless/kubeless/pkg/functions"

	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/settings"
	"kubeless.invalid/shim/table"
)

func echo(event functions.Event, _ functions.Context) (any, error) {
	return event.Extensions.Request.URL.Path + event.Data, nil
}

func TestLateWriterLoses(t *testing.T) { // TIMEOUT-1
	release, done := make(chan bool), make(chan bool)
	b := serve(t, func(functions.Event, functions.Context) (any, error) {
		<-release
		defer close(done)
		return "late", nil
	}, nil)
	client, slot := b.connect()
	fmt.Fprint(client, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
	b.waitForCall(slot)
	slot.Deadline.Store(table.Over)
	slot.State.Store(table.Taken)
	close(release)
	<-done
	b.waitFor(slot, table.Gone)
	if lines := b.table.Ring.Read(nil); len(lines) > 0 {
		t.Errorf("logged: %s", lines)
	}
}

func TestConnectionIsLeftToWhoAnswers(t *testing.T) { // TIMEOUT-1
	release := make(chan bool)
	b := serve(t, func(functions.Event, functions.Context) (any, error) {
		<-release
		return "late", nil
	}, nil)
	client, slot := b.connect()
	fmt.Fprint(client, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
	b.waitForCall(slot)
	// The supervisor has ended the request, and is interrupted before it takes the connection.
	slot.Deadline.Store(table.Over)
	close(release)
	_ = client.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v in place of silence", err)
	}
	if !slot.State.CompareAndSwap(table.Active, table.Taken) {
		t.Errorf("state %d", slot.State.Load())
	}
	b.waitFor(slot, table.Gone)
}

func TestSlowReaderIsNoTimeout(t *testing.T) { // CONCURRENCY-6
	large := strings.Repeat("x", 32<<20)
	b := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		return large[:len(large)-len(event.Data)], nil
	}, func(changed *settings.Settings) { changed.Workers, changed.Timeout = 1, 50*time.Millisecond })
	client, slot := b.connect()
	fmt.Fprint(client, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
	b.until("the answer has begun", func() bool { return slot.State.Load() == table.Answering })
	if phase, status := slot.Phase.Load(), slot.Status.Load(); phase != table.Sending || status != 200 {
		t.Errorf("phase %d, status %d", phase, status)
	}
	if left := slot.Deadline.Load() - clock.Now(); left < int64(sending)/2 {
		t.Errorf("%s left for the client", time.Duration(left))
	}
	text := string(b.counters.Text(nil))
	if !strings.Contains(text, `calls_total{method="GET"} 1`) || !strings.Contains(text, "in_flight 0") {
		t.Error(text)
	}
	other, _ := b.connect() // its turn is not held up by who doesn't read
	fmt.Fprintf(other, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", 999, large[:999])
	for _, connection := range []net.Conn{other, client} {
		if status, body := read(t, bufio.NewReader(connection)); status != 200 || len(body) < 32<<20-1000 {
			t.Errorf("%d, %d bytes", status, len(body))
		}
	}
}

func TestPipelinedRequestIsAnsweredByNobodyYet(t *testing.T) { // TIMEOUT-1
	release := make(chan bool)
	b := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		if event.Extensions.Request.URL.Path == "/b" {
			<-release
		}
		return "done", nil
	}, nil)
	client, slot := b.connect()
	defer close(release)
	fmt.Fprint(client, "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n")
	b.until("the second is called", func() bool {
		return slot.Requests.Load() == 2 && slot.Phase.Load() == table.Calling
	})
	if state := slot.State.Load(); state != table.Active {
		t.Errorf("state %d", state)
	}
}

func TestExitOfTheGoroutine(t *testing.T) { // FAILURE-1
	b := serve(t, func(functions.Event, functions.Context) (any, error) {
		runtime.Goexit()
		return nil, nil
	}, nil)
	client, slot := b.connect()
	fmt.Fprint(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if status, _ := read(t, bufio.NewReader(client)); status != 500 {
		t.Error(status)
	}
	b.waitFor(slot, table.Closed)
	if lines := string(b.table.Ring.Read(nil)); strings.Count(lines, " 500 ") != 1 {
		t.Errorf("access log: %s", lines)
	}
}

func TestPanics(t *testing.T) { // FAILURE-1
	b := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		if event.Data == "panic" {
			panic("expected")
		}
		return nil, fmt.Errorf("expected")
	}, nil)
	client, _ := b.connect()
	reader := bufio.NewReader(client)
	for _, body := range []string{"panic", "error"} {
		fmt.Fprintf(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n%s", body)
		if status, text := read(t, reader); status != 500 || text != "Internal Server Error" {
			t.Errorf("%d %s", status, text)
		}
	}
}

func TestBounds(t *testing.T) { // CONCURRENCY-4, CONCURRENCY-5
	release := make(chan bool)
	b := serve(t, func(functions.Event, functions.Context) (any, error) {
		<-release
		return "done", nil
	}, nil)
	clients := []net.Conn{}
	for index := 0; index < 3; index++ {
		client, slot := b.connect()
		fmt.Fprint(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		for slot.Requests.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(10 * time.Millisecond)
		clients = append(clients, client)
	}
	over, _ := b.connect()
	fmt.Fprint(over, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if status, _ := read(t, bufio.NewReader(over)); status != 503 {
		t.Errorf("%d over the bound", status)
	}
	close(release)
	for _, client := range clients {
		if status, body := read(t, bufio.NewReader(client)); status != 200 || body != "done" {
			t.Errorf("%d %s", status, body)
		}
	}
}

func TestHijackedConnectionIsTheFunctions(t *testing.T) {
	hijacked := make(chan net.Conn, 1)
	b := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		connection, _, err := event.Extensions.Response.(http.Hijacker).Hijack()
		hijacked <- connection
		return nil, err
	}, nil)
	client, slot := b.connect()
	fmt.Fprint(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	connection := <-hijacked
	b.until("the call is logged", func() bool { return len(b.table.Ring.Read(nil)) > 0 })
	fmt.Fprint(connection, "later\n")
	if line, err := bufio.NewReader(client).ReadString('\n'); line != "later\n" || slot.Deadline.Load() != 0 {
		t.Error(line, err, slot.Deadline.Load())
	}
}

func TestNoAnswerWaitsForTheRestOfABody(t *testing.T) { // CONCURRENCY-4, LIFECYCLE-2, REQUEST-14
	b := serve(t, func(functions.Event, functions.Context) (any, error) { return "done", nil }, nil)
	for request, want := range map[string]int{
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n":                         413,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\nExpect: 100-continue\r\n\r\n": 413,
		"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n":                    200,
	} {
		client, _ := b.connect()
		fmt.Fprint(client, request)
		if status, _ := read(t, bufio.NewReader(client)); status != want {
			t.Errorf("%d to `%s`", status, request)
		}
	}
	b.counters.Draining.Store(1)
	client, _ := b.connect()
	fmt.Fprint(client, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\nExpect: 100-continue\r\n\r\n")
	if status, _ := read(t, bufio.NewReader(client)); status != 503 {
		t.Errorf("%d in a drain", status)
	}
}
