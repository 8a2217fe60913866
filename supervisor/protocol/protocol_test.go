package protocol

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// newTables maps a table twice, as two processes would.
func newTables(t *testing.T, slots int) (*Table, *Table) {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "table")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(int64(Size(slots))); err != nil {
		t.Fatal(err)
	}
	mapped := [2]*Table{}
	for index := range mapped {
		if mapped[index], err = Map(int(file.Fd())); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(mapped[index].Unmap)
	}
	return mapped[0], mapped[1]
}

// The committed C header is the one that the Go code defines.
func TestHeaderIsCurrent(t *testing.T) {
	committed, err := os.ReadFile("../library/protocol.h")
	if err != nil {
		t.Fatal(err)
	}
	if string(committed) != CHeader() {
		t.Error("library/protocol.h is not current\nhint: run `go generate` in supervisor/protocol")
	}
}

// The numbers are those of docs/worker-protocol.md.
func TestLayout(t *testing.T) {
	text := CHeader()
	for _, want := range []string{
		"HEADER_RING_WRITTEN 64", "HEADER_RING_READ 128", "HEADER_SEND_TIME 56", "SLOT_DEADLINE 8",
		"SLOT_CALLED 24", "SLOT_FLAGS 46", "SLOT_ADDRESS 48", "SLOT_METHOD 96", "SLOT_HTTP_VERSION 112",
		"SLOT_TRACE_ID 128", "SLOT_TARGET 160", "SLOT_REFERER 1184", "SLOT_USER_AGENT 1568",
		"SLOT_SENT 1952", "RECORD_LENGTHS 14", "RECORD_BEGAN 32", "RECORD_BODY_BYTES 56",
		"MESSAGE_FORK 21", "CLOSED 6",
	} {
		if !strings.Contains(text, "#define PROTOCOL_"+want+"\n") {
			t.Error("missing: ", want)
		}
	}
	if unsafe.Sizeof(Slot{}) != SlotBytes || unsafe.Sizeof(head{}) != RecordBytes {
		t.Error("a slot or a record has another size")
	}
}

// A request goes through all states, and each side sees what the other has stored.
func TestMoves(t *testing.T) {
	ours, theirs := newTables(t, 3)
	supervisor, worker := ours.Slot(1), theirs.Slot(1)
	if ours.Len() != 3 || worker.Begin(1, 2) || worker.Rest() || worker.Close() {
		t.Fatal("a free slot was used")
	}
	texts := Texts{"10.0.0.1", "GET", "HTTP/1.1", "", "/" + strings.Repeat("a", 2000), "r", "u"}
	supervisor.Describe(&texts, FlagHead)
	if !supervisor.Hand() || !worker.Begin(1, 2) || worker.Texts()[Method] != "GET" {
		t.Fatal("a handed connection can't be begun with")
	}
	if len(worker.Texts()[Target]) != 1024 || worker.Flags() != FlagHead {
		t.Error("the target is not cut at its bound, or the flag is lost")
	}
	old := supervisor.Word()
	if !worker.Enter(Calling, 3, 4) || supervisor.Deadline.Load() != 4 || supervisor.Called.Load() != 3 {
		t.Fatal("the call is not noted")
	}
	if supervisor.Take(old) {
		t.Fatal("the supervisor has taken a request that has gone on")
	}
	if !worker.Stream(206) || supervisor.Word() != MakeWord(Answering, Calling, 1) || !worker.Send(9) ||
		supervisor.Word() != MakeWord(Answering, Sending, 1) || supervisor.Status.Load() != 206 {
		t.Fatal("a stream is not told")
	}
	if !worker.Rest() || !worker.Begin(1, 2) || worker.Texts()[Target] != "" || worker.Flags() != 0 ||
		worker.Texts()[Address] != "10.0.0.1" {
		t.Fatal("the next request is not begun anew")
	}
	if !worker.Rest() || !supervisor.Take(supervisor.Word()) || worker.Begin(1, 2) || worker.Close() ||
		worker.Send(1) || worker.Enter(Waiting, 0, 0) || worker.Stream(200) {
		t.Fatal("a taken connection was used")
	}
	if !worker.LeaveTaken() || supervisor.Word().State() != Free || supervisor.Word().Sequence() != 2 {
		t.Fatal("the slot is not free")
	}
}

// Records come out as they went in, across the end of the ring, and a full ring makes the writer wait.
func TestRecords(t *testing.T) {
	ours, theirs := newTables(t, 1)
	record := Record{Slot: 1, Sequence: 2, Status: 200, Outcome: Call, Began: 3, Duration: 4,
		CallDuration: 5, Bytes: 6, Texts: Texts{"a", "GET", "HTTP/1.1", "", strings.Repeat("x", 999), "", "u"}}
	const count = 5000
	go func() {
		for round := 0; round < count; round++ {
			theirs.Ring.Write(&record)
		}
	}()
	buffer, found := []byte{}, 0
	for end := time.Now().Add(10 * time.Second); found < count && time.Now().Before(end); {
		buffer = ours.Ring.Read(buffer[:0])
		for rest, read := buffer, (Record{}); ; found++ {
			next, whole := Next(rest, &read)
			if !whole {
				break
			}
			if read != record {
				t.Fatal("another record: ", read)
			}
			rest = next
		}
	}
	if found != count {
		t.Error("records found: ", found)
	}
}

// Who adds a record while the reader sleeps is told so once.
func TestReaderSleeps(t *testing.T) {
	ours, theirs := newTables(t, 1)
	ours.Ring.Sleep()
	if !theirs.Ring.Write(&Record{}) || theirs.Ring.Write(&Record{}) {
		t.Error("RECORDS is sent never or twice")
	}
}

// What a worker has destroyed ends the reading and does no harm.
func TestMalformedRecords(t *testing.T) {
	for _, size := range []byte{0, 8, 65, 72} {
		bytes := make([]byte, RecordBytes)
		bytes[0], bytes[14] = size, 255
		if _, whole := Next(bytes, &Record{}); whole {
			t.Error("a record of size ", size)
		}
	}
	bytes := make([]byte, RecordBytes)
	bytes[0], bytes[15] = RecordBytes, 255
	if _, whole := Next(bytes, &Record{}); !whole {
		t.Error("a record whose texts are too long is refused")
	}
}

// A message comes out as it went in.
func TestMessages(t *testing.T) {
	sent := Message{Ready, 7, Number(42)}
	received, err := Decode(sent.Append(nil))
	if err != nil || received.Type != Ready || received.Slot != 7 || received.Number() != 42 {
		t.Error(received, err)
	}
	if _, err := Decode([]byte{1, 0, 0}); err == nil {
		t.Error("a short datagram is a message")
	}
	if found := Descriptors(syscall.UnixRights(5, 6)); len(found) != 2 || found[1] != 6 {
		t.Error(found)
	}
}

// Now runs with CLOCK_MONOTONIC and can be told as a time.
func TestClock(t *testing.T) {
	if difference := system() - Now(); difference < -1e6 || difference > 1e9 {
		t.Error("Now is off by ", difference)
	}
	moment := time.Now()
	if !Time(At(moment)).Equal(moment) {
		t.Error("a moment is lost")
	}
}
