package worker

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"kubeless.invalid/shim/metrics"
	"kubeless.invalid/shim/settings"
	"kubeless.invalid/shim/table"
)

// bench plays the supervisor for a server.
type bench struct {
	t        *testing.T
	table    *table.Table
	control  *net.UnixConn
	counters *metrics.Counters
	next     uint32
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
	counters := &metrics.Counters{}
	server := newServer(loaded, handler, shared, counters, incoming.retired)
	go server.http().Serve(incoming)
	t.Cleanup(func() { control.Close() })
	return &bench{t: t, table: shared, control: control.(*net.UnixConn), counters: counters}
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
	b.until(fmt.Sprint("state ", state), func() bool { return slot.State.Load() == state })
}

// waitForCall waits until a call is under way, and watched.
func (b *bench) waitForCall(slot *table.Slot) {
	b.t.Helper()
	b.until("a call", func() bool {
		return slot.Phase.Load() == table.Calling && slot.Deadline.Load() != 0
	})
}

// until waits for a condition.
func (b *bench) until(what string, met func() bool) {
	b.t.Helper()
	for end := time.Now().Add(10 * time.Second); !met(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatal("not in 10 s: " + what)
		}
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
