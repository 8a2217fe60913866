package main

import (
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/settings"
	"kubeless.invalid/shim/table"
)

// stage is a supervisor with one worker, which the test plays; its loop does not run.
type stage struct {
	*supervisor
	t      *testing.T
	worker *process
	inbox  int // the worker's end of its control socket
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s, err := newSupervisor(settings.Settings{Timeout: time.Second, Concurrency: 2, Grace: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	s.log = &logger{tables: map[*table.Table]bool{}, wake: make(chan struct{}, 1)}
	s.startAfter = clock.Now() + int64(time.Hour) // there is no program to start
	made := &stage{supervisor: s, t: t}
	made.worker, made.inbox = made.newWorker()
	s.current = made.worker
	return made
}

// newWorker is the process of `sleep`, and its table.
func (s *stage) newWorker() (*process, int) {
	s.t.Helper()
	id, err := os.StartProcess("/bin/sleep", []string{"sleep", "60"}, &os.ProcAttr{
		Sys: &unix.SysProcAttr{Setsid: true}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = id.Kill() })
	shared, err := memory("table", table.Size(s.settings.Concurrency))
	if err != nil {
		s.t.Fatal(err)
	}
	mapped, err := table.Map(shared, s.settings.Concurrency)
	if err != nil {
		s.t.Fatal(err)
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	startup, input, err := newCapture()
	if err != nil {
		s.t.Fatal(err)
	}
	input.Close()
	p := &process{id: id.Pid, control: pair[0], table: mapped, startup: startup, ready: true,
		holders: make([]holder, mapped.Len()), free: []int{1, 0}}
	s.processes[p.id], s.controls[p.control] = p, p
	return p, pair[1]
}

// connect gives a client that has sent `request`, and the supervisor's end of its connection.
func (s *stage) connect(request string) (net.Conn, *connection) {
	s.t.Helper()
	listening, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	defer listening.Close()
	client, err := net.Dial("tcp", listening.Addr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { client.Close() })
	_ = client.SetDeadline(time.Now().Add(10 * time.Second))
	accepted, err := listening.Accept()
	if err != nil {
		s.t.Fatal(err)
	}
	defer accepted.Close()
	file, err := accepted.(*net.TCPConn).File()
	if err != nil {
		s.t.Fatal(err)
	}
	defer file.Close()
	descriptor, err := unix.Dup(int(file.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	_ = unix.SetNonblock(descriptor, true)
	if _, err := client.Write([]byte(request)); err != nil {
		s.t.Fatal(err)
	}
	s.await(descriptor)
	return client, &connection{descriptor: descriptor, address: "10.0.0.1"}
}

// await waits until a connection is readable.
func (s *stage) await(descriptor int) {
	s.t.Helper()
	poll := []unix.PollFd{{Fd: int32(descriptor), Events: unix.POLLIN}}
	if count, err := unix.Poll(poll, 10_000); count != 1 {
		s.t.Fatal("nothing to read: ", err)
	}
}

// taken hands a request to the worker, which has read it and is in the given phase.
func (s *stage) taken(state, phase uint32, limit time.Duration) (net.Conn, *table.Slot) {
	s.t.Helper()
	client, c := s.connect("GET /a HTTP/1.1\r\n\r\n")
	s.readable(c)
	if len(s.worker.used) == 0 {
		s.t.Fatal("the request is not the worker's")
	}
	slot := s.worker.table.Slot(s.worker.used[len(s.worker.used)-1])
	if _, err := unix.Read(c.descriptor, make([]byte, 4096)); err != nil {
		s.t.Fatal(err)
	}
	if phase == table.Calling {
		s.counters.InFlight.Add(1)
	}
	slot.Phase.Store(phase)
	slot.Deadline.Store(clock.Now() + int64(limit))
	slot.State.Store(state)
	return client, slot
}

// answer is all that a client receives until its connection ends.
func answer(client net.Conn) string {
	received := strings.Builder{}
	buffer := make([]byte, 4096)
	for {
		count, err := client.Read(buffer)
		received.Write(buffer[:count])
		if err != nil {
			return received.String()
		}
	}
}

// has fails the test unless `text` holds all of `parts`.
func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in %q", part, text)
		}
	}
}
