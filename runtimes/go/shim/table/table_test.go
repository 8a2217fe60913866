package table

import (
	"os"
	"strings"
	"testing"
	"unsafe"

	"kubeless.invalid/shim/accesslog"
)

func mapped(t *testing.T) *Table {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "table")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(int64(Size(1))); err != nil {
		t.Fatal(err)
	}
	table, err := Map(int(file.Fd()), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(table.Unmap)
	return table
}

func TestLayout(t *testing.T) {
	if size := unsafe.Sizeof(Slot{}); size != slotBytes {
		t.Errorf("a slot has %d bytes, not %d", size, slotBytes)
	}
	total := 0
	for _, bound := range bounds {
		total += bound
	}
	if room := len(Slot{}.text); total > room {
		t.Errorf("a request of %d bytes has no room in %d", total, room)
	}
	if table := mapped(t); table.Len() != fewestSlots {
		t.Errorf("%d slots", table.Len())
	}
}

func TestSlotKeepsARequest(t *testing.T) {
	slot := mapped(t).Slot(3)
	slot.SetAddress("2001:db8::1")
	want := accesslog.Entry{
		Address: "2001:db8::1", Method: "GET", Target: "/a?b", Protocol: "HTTP/1.1",
		Referer: "r", Agent: "a", Trace: strings.Repeat("f", 32), CrossOrigin: true,
	}
	slot.SetRequest(&want)
	if found, known := slot.Request(); !known || found != want {
		t.Errorf("%+v, not %+v", found, want)
	}
	slot.ForgetRequest()
	if _, known := slot.Request(); known {
		t.Error("a forgotten request is still known")
	}
}

func TestSlotCutsWhatIsTooLong(t *testing.T) {
	slot := mapped(t).Slot(0)
	long := strings.Repeat("x", 2000)
	slot.SetRequest(&accesslog.Entry{
		Method: long, Target: long, Protocol: long, Referer: long, Agent: long, Trace: long})
	found, _ := slot.Request()
	if len(found.Method) != bounds[0] || len(found.Target) != bounds[1] || len(found.Trace) != bounds[5] {
		t.Errorf("%d, %d and %d bytes", len(found.Method), len(found.Target), len(found.Trace))
	}
}

func TestRingKeepsTheOrder(t *testing.T) {
	ring := mapped(t).Ring
	line := []byte(strings.Repeat("0123456789", 10_000))
	want, found := []byte{}, []byte{}
	for round := 0; round < 20; round++ { // several times round
		ring.Write(line)
		want = append(want, line...)
		if round%3 == 2 {
			found = ring.Read(found)
		}
	}
	if found = ring.Read(found); string(found) != string(want) {
		t.Errorf("%d bytes came out of %d", len(found), len(want))
	}
	if rest := ring.Read(nil); len(rest) != 0 {
		t.Errorf("%d bytes came out twice", len(rest))
	}
}

func TestRingWaitsForItsReader(t *testing.T) {
	ring := mapped(t).Ring
	done := make(chan bool)
	go func() {
		for round := 0; round < 2*ringBytes/1000; round++ {
			ring.Write(make([]byte, 1000))
		}
		close(done)
	}()
	count := 0
	for finished := false; !finished; {
		select {
		case <-done:
			finished = true
		default:
		}
		count += len(ring.Read(nil))
	}
	if count != 2*ringBytes/1000*1000 {
		t.Errorf("%d bytes", count)
	}
}
