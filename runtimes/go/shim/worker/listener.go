package worker

import (
	"encoding/binary"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"kubeless.invalid/shim/table"
)

// listener receives connections from the supervisor: a datagram holds the number of a slot, and
// beside it the descriptor.
type listener struct {
	control *net.UnixConn
	table   *table.Table
	retired chan struct{}
	conns   map[uint32]*conn // by slot; the last of each that has not been taken
}

func newListener(descriptor int, shared *table.Table) (*listener, error) {
	file := os.NewFile(uintptr(descriptor), "control")
	defer file.Close()
	connection, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	return &listener{
		control: connection.(*net.UnixConn), table: shared, retired: make(chan struct{}),
		conns: map[uint32]*conn{},
	}, nil
}

// Accept waits for the next connection; io.EOF once the supervisor has no more.
func (l *listener) Accept() (net.Conn, error) {
	message, rights := make([]byte, 4), make([]byte, syscall.CmsgSpace(4))
	for {
		count, extent, _, _, err := l.control.ReadMsgUnix(message, rights)
		if err != nil {
			return nil, err
		}
		if count < len(message) {
			return nil, io.EOF
		}
		number := binary.NativeEndian.Uint32(message)
		if number == table.Retire {
			close(l.retired)
			continue
		}
		if number&table.LetGo != 0 {
			l.letGo(number &^ table.LetGo)
			continue
		}
		slot := l.table.Slot(int(number))
		if descriptor, found := descriptorOf(rights[:extent]); found {
			c, err := newConn(descriptor, slot)
			if err == nil {
				l.conns[number] = c
			}
			return c, err
		}
		// The process has run out of descriptors, and the kernel has dropped this one.
		slot.State.CompareAndSwap(table.Handed, table.Closed)
	}
}

// letGo wakes what waits for the next request on a taken connection.
func (l *listener) letGo(number uint32) {
	if c := l.conns[number]; c != nil {
		_ = c.file.SetReadDeadline(time.Now())
		delete(l.conns, number)
	}
}

func descriptorOf(rights []byte) (int, bool) {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil || len(messages) != 1 {
		return 0, false
	}
	descriptors, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(descriptors) != 1 {
		return 0, false
	}
	return descriptors[0], true
}

// Close ends the accepting.
func (l *listener) Close() error { return l.control.Close() }

// Addr is the address of the socket to the supervisor.
func (l *listener) Addr() net.Addr { return l.control.LocalAddr() }
