package worker

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/kubeless/kubeless/pkg/functions"

	"kubeless.invalid/shim/table"
)

func echo(event functions.Event, _ functions.Context) (any, error) {
	return event.Extensions.Request.URL.Path + event.Data, nil
}

func TestPipelinedRequests(t *testing.T) { // REQUEST-23
	b := serve(t, echo, nil)
	client, slot := b.connect()
	for index := 0; index < 3; index++ {
		fmt.Fprintf(client, "POST /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na", index)
	}
	reader := bufio.NewReader(client)
	for index := 0; index < 3; index++ {
		if status, body := read(t, reader); status != 200 || body != fmt.Sprintf("/%da", index) {
			t.Errorf("%d %s", status, body)
		}
	}
	b.waitFor(slot, table.Idle)
	if lines := string(b.table.Ring.Read(nil)); strings.Count(lines, "\n") != 3 {
		t.Errorf("access log: %s", lines)
	}
}

func TestHalfARequestIsNotIdle(t *testing.T) {
	b := serve(t, echo, nil)
	client, slot := b.connect()
	fmt.Fprint(client, "GET /a HTTP/1.1\r\nHost: x\r\n\r\nG")
	reader := bufio.NewReader(client)
	read(t, reader)
	time.Sleep(50 * time.Millisecond)
	if state := slot.State.Load(); state == table.Idle {
		t.Fatal("the connection could be taken though a byte of the next request has been read")
	}
	fmt.Fprint(client, "ET /b HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, body := read(t, reader); body != "/b" {
		t.Error(body)
	}
	b.waitFor(slot, table.Idle)
}

func TestTakenConnectionIsLeftAlone(t *testing.T) {
	b := serve(t, echo, nil)
	client, slot := b.connect()
	fmt.Fprint(client, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
	read(t, bufio.NewReader(client))
	b.waitFor(slot, table.Idle)
	if !slot.State.CompareAndSwap(table.Idle, table.Taken) {
		t.Fatal("the state has changed")
	}
	fmt.Fprint(client, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
	b.waitFor(slot, table.Gone)
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
	for slot.Phase.Load() != table.Calling || slot.Deadline.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	slot.Deadline.Store(table.Over)
	slot.State.Store(table.Taken)
	close(release)
	<-done
	b.waitFor(slot, table.Gone)
	if lines := b.table.Ring.Read(nil); len(lines) > 0 {
		t.Errorf("logged: %s", lines)
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
