package worker

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/kubeless/kubeless/pkg/functions"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/protocoltest"
)

const get = "GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"

func echo(event functions.Event, _ functions.Context) (any, error) {
	return event.Extensions.Request.URL.Path + event.Data, nil
}

// REQUEST-23: pipelined requests are answered in their order, and each has its record.
func TestPipelinedRequests(t *testing.T) {
	f := serve(t, echo, fewCalls)
	client, slot := f.connect()
	for index := 0; index < 3; index++ {
		fmt.Fprintf(client, "POST /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na", index)
		fmt.Fprintf(client, "PUT /%d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1 ;x\r\nb\r\n0\r\n\r\n", index)
	}
	reader := bufio.NewReader(client)
	for index := 0; index < 6; index++ {
		want := fmt.Sprintf("/%d%c", index/2, "ab"[index%2])
		if status, body := read(t, reader); status != 200 || body != want {
			t.Errorf("%d %s, not %s", status, body, want)
		}
	}
	f.await(slot, protocol.Idle)
	for index, record := range f.records(6) {
		if target := fmt.Sprintf("/%d", index/2); record.Texts[protocol.Target] != target ||
			record.Outcome != protocol.Call || int(record.Sequence) != index+1 || record.Bytes != 3 {
			t.Errorf("record %d: %+v", index, record)
		}
	}
}

// An answer says where it ends before its last byte leaves, unless bytes of the next request were read: so its
// connection outlives a worker that dies then.
func TestEndOfAnAnswer(t *testing.T) {
	f := serve(t, echo, fewCalls)
	client, slot := f.connect()
	fmt.Fprintf(client, get, "a")
	answer := make([]byte, 1000)
	count, _ := client.Read(answer)
	if end := slot.End.Load(); end != int64(count) {
		t.Errorf("the answer ends at %d, not %d", end, count)
	}
	fmt.Fprintf(client, get+get[:5], "b")
	read(t, bufio.NewReader(client))
	f.await(slot, protocol.Active)
	if end := slot.End.Load(); end != 0 {
		t.Errorf("the answer ends at %d, though bytes of the next request have been read", end)
	}
}

// While half a request is there the connection is not idle, because another worker would get the rest.
func TestHalfARequestIsNotIdle(t *testing.T) {
	f := serve(t, echo, fewCalls)
	client, slot := f.connect()
	fmt.Fprintf(client, get+"G", "a")
	reader := bufio.NewReader(client)
	read(t, reader)
	f.await(slot, protocol.Active)
	if slot.Deadline.Load() == 0 {
		t.Error("the rest of the head has no deadline")
	}
	fmt.Fprintf(client, get[1:], "b")
	if _, body := read(t, reader); body != "/b" {
		t.Error(body)
	}
	f.await(slot, protocol.Idle)
}

// A request that comes a byte at a time is served.
func TestSlowRequest(t *testing.T) {
	f := serve(t, echo, fewCalls)
	client, _ := f.connect()
	for _, letter := range []byte("\r\nPOST /a HTTP/1.1\r\nHost: x\r\ncontent-length: 3\r\n\r\nxyz") {
		_, _ = client.Write([]byte{letter})
	}
	if status, body := read(t, bufio.NewReader(client)); status != 200 || body != "/axyz" {
		t.Errorf("%d %s", status, body)
	}
}

// A taken connection is left alone: the bytes of its next request stay in the socket.
func TestTakenWhileIdle(t *testing.T) {
	f := serve(t, echo, fewCalls)
	client, slot := f.connect()
	fmt.Fprintf(client, get, "a")
	read(t, bufio.NewReader(client))
	f.await(slot, protocol.Idle)
	f.take(slot)
	fmt.Fprintf(client, get, "b")
	f.await(slot, protocol.Free)
	f.records(1)
}

// A retired worker leaves its idle connections to the supervisor.
func TestRetiredWorkerReadsNothing(t *testing.T) {
	f := serve(t, echo, fewCalls)
	client, slot := f.connect()
	fmt.Fprintf(client, get, "a")
	reader := bufio.NewReader(client)
	read(t, reader)
	f.await(slot, protocol.Idle)
	_ = f.Send(protocol.Message{Type: protocol.Retire})
	f.until("retired", f.server.retired.Load)
	fmt.Fprintf(client, get, "c")
	_ = client.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := reader.ReadByte(); err == nil || err == io.EOF {
		t.Errorf("%v in place of silence", err)
	}
	f.take(slot)
	_ = f.Send(protocol.Message{Type: protocol.LetGo, Slot: 0})
	f.await(slot, protocol.Free)
}

// The context of a call ends when the client disconnects, and not before: what a client pipelines is no
// disconnect.
func TestDisconnect(t *testing.T) {
	contexts := make(chan context.Context)
	f := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		contexts <- event.Extensions.Context
		<-event.Extensions.Context.Done()
		return nil, nil
	}, fewCalls)
	client, _ := f.connect()
	fmt.Fprint(client, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na")
	made := <-contexts
	fmt.Fprintf(client, get, "b")
	select {
	case <-made.Done():
		t.Error("the context has ended though the client is there")
	case <-time.After(50 * time.Millisecond):
	}
	other, _ := f.connect()
	fmt.Fprintf(other, get, "c")
	made = <-contexts
	other.Close()
	select {
	case <-made.Done():
	case <-time.After(10 * time.Second):
		t.Error("the context goes on though the client has gone")
	}
}

// LIMITS: a head of 64 KiB is accepted however many fields it has, and so is a body behind it.
func TestLongHead(t *testing.T) {
	f := serve(t, echo, protocoltest.Options{})
	client, _ := f.connect()
	head := "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"
	fields := (64<<10 - len(head) - 2) / len("a:\r\n")
	fmt.Fprint(client, head+strings.Repeat("a:\r\n", fields)+"\r\n"+strings.Repeat("x", 100000))
	if status, body := read(t, bufio.NewReader(client)); status != 200 || len(body) != 100002 {
		t.Errorf("%d, %d bytes", status, len(body))
	}
}
