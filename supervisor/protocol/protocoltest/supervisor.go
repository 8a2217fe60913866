// Package protocoltest has the test doubles of the worker protocol: a supervisor for the tests of a
// worker, and a worker for the tests of the supervisor. Neither is strict HTTP, neither is fast.
package protocoltest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"

	"runtimes.invalid/protocol"
)

// Options of a worker that a test starts. Zero values stand for generous limits.
type Options struct {
	Command     []string
	Environment []string // added to that of the test
	Slots       int
	Calls       uint32
	Concurrency uint32
	Timeout     time.Duration
	BodyLimit   int64
	Stdout      *os.File
	Stderr      *os.File
}

// Supervisor is the other side of a worker under test. It does nothing by itself: the test moves slots,
// sends messages and reads records.
type Supervisor struct {
	Table   *protocol.Table
	Process *exec.Cmd
	control *net.UnixConn
	clients map[int]*net.TCPConn // by slot
	copies  map[int]*os.File     // of the worker's connections, by slot
}

// Start starts a worker as the protocol says. The error tells what could not be made.
func Start(options Options) (*Supervisor, error) {
	s, control, table, err := newSupervisor(options)
	if err != nil {
		return nil, err
	}
	defer control.Close()
	defer table.Close()
	stderr := or(options.Stderr, os.Stderr)
	s.Process = exec.Command(options.Command[0], options.Command[1:]...)
	s.Process.Env = append(os.Environ(), options.Environment...)
	s.Process.Stdout, s.Process.Stderr = or(options.Stdout, os.Stdout), stderr
	s.Process.ExtraFiles = []*os.File{control, table, stderr}
	s.Process.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := s.Process.Start(); err != nil {
		return nil, fmt.Errorf("the worker `%s` can't be started: %w", options.Command[0], err)
	}
	return s, nil
}

// Attach is for a worker in the process of the test: the caller gives it the two files, and closes them.
// The options about a process mean nothing.
func Attach(options Options) (s *Supervisor, control, table *os.File, err error) {
	return newSupervisor(options)
}

func newSupervisor(options Options) (s *Supervisor, control, file *os.File, err error) {
	table, file, err := newTable(options)
	if err != nil {
		return nil, nil, nil, err
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, nil, os.NewSyscallError("socketpair", err)
	}
	ours := os.NewFile(uintptr(pair[0]), "control")
	defer ours.Close()
	connection, err := net.FileConn(ours)
	if err != nil {
		return nil, nil, nil, err
	}
	return &Supervisor{
		Table: table, control: connection.(*net.UnixConn),
		clients: map[int]*net.TCPConn{}, copies: map[int]*os.File{},
	}, os.NewFile(uintptr(pair[1]), "control"), file, nil
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

func newTable(options Options) (*protocol.Table, *os.File, error) {
	file, err := os.CreateTemp("", "table")
	if err != nil {
		return nil, nil, err
	}
	_ = os.Remove(file.Name())
	slots := or(options.Slots, 64)
	if err := file.Truncate(int64(protocol.Size(slots))); err != nil {
		return nil, nil, err
	}
	table, err := protocol.Map(int(file.Fd()))
	if err != nil {
		return nil, nil, err
	}
	table.Version, table.Slots = protocol.Version, uint32(slots)
	table.Timeout = int64(or(options.Timeout, time.Minute))
	table.BodyLimit = or(options.BodyLimit, 50<<20)
	table.Calls, table.Concurrency = or(options.Calls, 16), or(options.Concurrency, 128)
	table.HeadTime, table.BodyTime = int64(time.Minute), int64(5*time.Minute)
	table.SendTime = int64(time.Minute)
	return table, file, nil
}

// Connect makes a connection over the loopback address, hands the worker its end in a slot, and returns
// the client's end.
func (s *Supervisor) Connect(slot int, texts protocol.Texts) (*net.TCPConn, error) {
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	client, err := net.DialTCP("tcp", nil, listener.Addr().(*net.TCPAddr))
	if err != nil {
		return nil, err
	}
	accepted, err := listener.AcceptTCP()
	if err != nil {
		return nil, err
	}
	defer accepted.Close()
	file, err := accepted.File()
	if err != nil {
		return nil, err
	}
	s.clients[slot] = client
	return client, s.HandOver(slot, file, texts)
}

// HandOver hands the worker a connection in a slot. The supervisor keeps the file as its copy.
func (s *Supervisor) HandOver(slot int, file *os.File, texts protocol.Texts) error {
	if texts[protocol.Address] == "" {
		texts[protocol.Address] = "127.0.0.1"
	}
	s.copies[slot] = file
	s.Table.Slot(slot).Describe(&texts, 0)
	s.Table.Slot(slot).Sent.Store(0)
	s.Table.Slot(slot).Began.Store(0)
	if !s.Table.Slot(slot).Hand() {
		return fmt.Errorf("slot `%d` is not free: its word is `%#x`", slot, s.Table.Slot(slot).Word())
	}
	descriptor := int(file.Fd()) // this makes it block
	_ = syscall.SetNonblock(descriptor, true)
	return s.Send(protocol.Message{Type: protocol.Connection, Slot: uint32(slot)}, descriptor)
}

// Send sends the worker a message with descriptors.
func (s *Supervisor) Send(message protocol.Message, descriptors ...int) error {
	rights := []byte(nil)
	if len(descriptors) > 0 {
		rights = syscall.UnixRights(descriptors...)
	}
	_, _, err := s.control.WriteMsgUnix(message.Append(nil), rights, nil)
	return err
}

// Receive waits for the worker's next message. io.EOF tells that the worker has ended.
func (s *Supervisor) Receive(limit time.Duration) (protocol.Message, error) {
	_ = s.control.SetReadDeadline(time.Now().Add(limit))
	datagram := make([]byte, protocol.MessageBytes)
	count, err := s.control.Read(datagram)
	if err != nil {
		return protocol.Message{}, err
	}
	return protocol.Decode(datagram[:count])
}

// Await waits until a slot has a state, and returns the word.
func (s *Supervisor) Await(slot int, state protocol.State, limit time.Duration) (protocol.Word, error) {
	for end := time.Now().Add(limit); ; time.Sleep(time.Millisecond) {
		word := s.Table.Slot(slot).Word()
		if word.State() == state {
			return word, nil
		}
		if time.Now().After(end) {
			return word, fmt.Errorf("slot `%d` has the word `%#x`, not the state `%d`", slot, word, state)
		}
	}
}

// Records are the records that have come since the last time.
func (s *Supervisor) Records() []protocol.Record {
	found := []protocol.Record{}
	for bytes, record := s.Table.Ring.Read(nil), (protocol.Record{}); ; {
		rest, whole := protocol.Next(bytes, &record)
		if !whole {
			return found
		}
		found, bytes = append(found, record), rest
	}
}

// Free closes the supervisor's copy of a connection, and frees its slot if the worker has closed it.
func (s *Supervisor) Free(slot int) {
	if s.copies[slot] != nil {
		_ = s.copies[slot].Close()
		delete(s.copies, slot)
	}
	if s.Table.Slot(slot).Word().State() == protocol.Closed {
		s.Table.Slot(slot).Release()
	}
}

// Leave closes the control socket, as a supervisor does that dies, and waits for the worker's own end.
func (s *Supervisor) Leave(limit time.Duration) error {
	_ = s.control.Close()
	timer := time.AfterFunc(limit, func() { _ = s.Process.Process.Kill() })
	defer timer.Stop()
	return s.Process.Wait()
}

// Close ends the worker and gives everything back.
func (s *Supervisor) Close() {
	_ = s.control.Close()
	if s.Process != nil {
		_ = s.Process.Process.Kill()
		_ = s.Process.Wait()
	}
	for slot := range s.copies {
		s.Free(slot)
	}
	for _, client := range s.clients {
		_ = client.Close()
	}
	s.Table.Unmap()
}
