package worker

import (
	"bufio"
	"fmt"
	"strings"
	"testing"
	"time"

	"kubeless.invalid/shim/table"
)

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
