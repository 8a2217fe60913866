package worker

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/kubeless/kubeless/pkg/functions"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/protocoltest"
)

// fakeSupervisor is the other side of a server under test.
type fakeSupervisor struct {
	*protocoltest.Supervisor
	t      *testing.T
	server *server
	next   int // slot
}

// fewCalls are bounds that a test reaches with a few requests.
var fewCalls = protocoltest.Options{Calls: 2, Concurrency: 3, BodyLimit: 1000}

func serve(t *testing.T, handler call, options protocoltest.Options) *fakeSupervisor {
	t.Helper()
	supervisor, control, table, err := protocoltest.Attach(options)
	if err != nil {
		t.Fatal(err)
	}
	mapped, err := protocol.Map(int(table.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	table.Close()
	s := newServer(handler, functions.Context{}, mapped)
	if s.control, err = newControl(control, s); err != nil {
		t.Fatal(err)
	}
	go s.http().Serve(s.control)
	t.Cleanup(func() { _ = s.control.Close() })
	return &fakeSupervisor{Supervisor: supervisor, t: t, server: s}
}

// connect hands a connection over in a slot of its own.
func (f *fakeSupervisor) connect() (net.Conn, *protocol.Slot) {
	f.t.Helper()
	client, err := f.Connect(f.next, protocol.Texts{})
	if err != nil {
		f.t.Fatal(err)
	}
	slot := f.Table.Slot(f.next)
	f.next++
	_ = client.SetDeadline(time.Now().Add(10 * time.Second))
	return client, slot
}

func (f *fakeSupervisor) await(slot *protocol.Slot, state protocol.State) {
	f.t.Helper()
	f.until(fmt.Sprint("state ", state), func() bool { return slot.Word().State() == state })
}

func (f *fakeSupervisor) awaitCall(slot *protocol.Slot) {
	f.t.Helper()
	f.until("a call", func() bool { return slot.Word().Phase() == protocol.Calling })
}

// until waits for a condition.
func (f *fakeSupervisor) until(what string, met func() bool) {
	f.t.Helper()
	for end := time.Now().Add(10 * time.Second); !met(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			f.t.Fatal("not in 10 s: " + what)
		}
	}
}

// records waits for so many records.
func (f *fakeSupervisor) records(count int) []protocol.Record {
	f.t.Helper()
	found := []protocol.Record{}
	f.until(fmt.Sprint(count, " records"), func() bool {
		found = append(found, f.Records()...)
		return len(found) >= count
	})
	if len(found) != count {
		f.t.Fatalf("%d records, not %d", len(found), count)
	}
	return found
}

// take takes a slot as the supervisor does at a deadline.
func (f *fakeSupervisor) take(slot *protocol.Slot) {
	f.t.Helper()
	if word := slot.Word(); !slot.Take(word) {
		f.t.Fatalf("the word has changed from %#x to %#x", word, slot.Word())
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
