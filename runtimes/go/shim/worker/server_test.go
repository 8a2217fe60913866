package worker

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubeless/kubeless/pkg/functions"

	"kubeless.invalid/shim/metrics"
	"kubeless.invalid/shim/settings"
	"kubeless.invalid/shim/table"
)

// bench plays the supervisor for a server.
type bench struct {
	t       *testing.T
	table   *table.Table
	control *net.UnixConn
	next    uint32
}

func serve(t *testing.T, handler call, change func(*settings.Settings)) *bench {
	t.Helper()
	loaded := settings.Settings{Timeout: time.Minute, BodyLimit: 1000, Workers: 2, Concurrency: 3}
	if change != nil {
		change(&loaded)
	}
	file, err := os.CreateTemp(t.TempDir(), "table")
	if err != nil {
		t.Fatal(err)
	}
	_ = file.Truncate(int64(table.Size(loaded.Concurrency)))
	shared, err := table.Map(int(file.Fd()), loaded.Concurrency)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET, 0)
	if err != nil {
		t.Fatal(err)
	}
	incoming, err := newListener(pair[1], shared)
	if err != nil {
		t.Fatal(err)
	}
	ours := os.NewFile(uintptr(pair[0]), "control")
	control, err := net.FileConn(ours)
	if err != nil {
		t.Fatal(err)
	}
	ours.Close()
	server := newServer(loaded, handler, shared, &metrics.Counters{}, incoming.retired)
	go server.http().Serve(incoming)
	t.Cleanup(func() { control.Close() })
	return &bench{t: t, table: shared, control: control.(*net.UnixConn)}
}

// connect hands a connection over and gives the client's end and the slot.
func (b *bench) connect() (net.Conn, *table.Slot) {
	b.t.Helper()
	listening, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	defer listening.Close()
	client, err := net.Dial("tcp", listening.Addr().String())
	if err != nil {
		b.t.Fatal(err)
	}
	accepted, err := listening.Accept()
	if err != nil {
		b.t.Fatal(err)
	}
	defer accepted.Close()
	file, err := accepted.(*net.TCPConn).File()
	if err != nil {
		b.t.Fatal(err)
	}
	defer file.Close()
	slot := b.table.Slot(int(b.next))
	slot.SetAddress("127.0.0.1")
	slot.State.Store(table.Handed)
	message := binary.NativeEndian.AppendUint32(nil, b.next)
	descriptor := int(file.Fd())
	_ = syscall.SetNonblock(descriptor, true)
	if _, _, err := b.control.WriteMsgUnix(message, syscall.UnixRights(descriptor), nil); err != nil {
		b.t.Fatal(err)
	}
	b.next++
	_ = client.SetDeadline(time.Now().Add(10 * time.Second))
	return client, slot
}

func (b *bench) waitFor(slot *table.Slot, state uint32) {
	b.t.Helper()
	for end := time.Now().Add(10 * time.Second); slot.State.Load() != state; {
		if time.Now().After(end) {
			b.t.Fatalf("state %d, not %d", slot.State.Load(), state)
		}
		time.Sleep(time.Millisecond)
	}
}

func read(t *testing.T, reader *bufio.Reader) (int, string) {
	t.Helper()
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

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
