package main

import (
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func pair(t *testing.T, kind int) (ours, theirs int) {
	t.Helper()
	ends, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(ends[1]) })
	return ends[0], ends[1]
}

// staffed is a supervisor with one loaded worker, and the worker's end of their link.
func staffed(t *testing.T) (s *supervisor, w *worker, link int) {
	t.Helper()
	descriptor, link := pair(t, unix.SOCK_SEQPACKET)
	file := os.NewFile(uintptr(descriptor), "link")
	defer file.Close()
	connection, err := net.FileConn(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	w = &worker{generation: 1, link: connection.(*net.UnixConn), loaded: true}
	s = newSupervisor(settings{concurrency: 10, timeout: time.Minute}, "", newTestTable(t))
	s.active = w
	return s, w, link
}

func TestIdleConnectionGivesWay(t *testing.T) { // CONCURRENCY-7
	s, w, link := staffed(t)
	s.used = slotCount
	for slot := range s.connections {
		s.connections[slot] = &connection{slot: slot, descriptor: -1, owner: w, since: time.Now()}
		s.table.set(slot, stateIdle, w.generation)
	}
	const oldest = 5
	descriptor, client := pair(t, unix.SOCK_STREAM)
	s.connections[oldest].descriptor = descriptor
	s.connections[oldest].since = time.Time{}
	fresh, _ := pair(t, unix.SOCK_STREAM)
	c := &connection{descriptor: fresh, client: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}

	s.place(c)
	if state, _ := s.table.get(oldest); state != stateTaken || len(s.waiting) != 1 {
		t.Fatalf("state %d, %d wait", state, len(s.waiting))
	}
	if count, err := unix.Read(client, make([]byte, 1)); count != 0 || err != nil {
		t.Errorf("the old client reads %d bytes, %v", count, err)
	}
	if count, _ := unix.Read(link, make([]byte, 64)); count > 0 {
		t.Error("the slot was given away before its worker had let go of it")
	}

	s.hear(w, fromClosed, oldest)
	if s.connections[oldest] != c || len(s.waiting) != 0 {
		t.Errorf("%d still wait", len(s.waiting))
	}
	if count, err := unix.Read(link, make([]byte, 64)); count <= 0 {
		t.Errorf("the worker got nothing: %v", err)
	}
}

func TestBusyConnectionsStay(t *testing.T) { // CONCURRENCY-4
	s, w, _ := staffed(t)
	s.used = slotCount
	for slot := range s.connections {
		s.connections[slot] = &connection{slot: slot, descriptor: -1, owner: w}
		s.table.set(slot, stateCalling, w.generation)
	}
	fresh, client := pair(t, unix.SOCK_STREAM)
	s.place(&connection{descriptor: fresh})
	answer := make([]byte, 1024)
	if count, _ := unix.Read(client, answer); count <= 0 || string(answer[:12]) != "HTTP/1.1 503" {
		t.Errorf("`%s`", answer[:max(count, 0)])
	}
}
