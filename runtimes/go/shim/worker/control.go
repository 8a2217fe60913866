package worker

import (
	"encoding/binary"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"runtimes.invalid/protocol"
)

// control is the socket to the supervisor. net/http takes it for the listener, because connections come
// on it.
type control struct {
	*net.UnixConn
	server   *server
	conns    map[uint32]*conn // by slot
	datagram []byte
	rights   []byte
}

// newControl takes the place of the file, which it closes.
func newControl(file *os.File, s *server) (*control, error) {
	defer file.Close()
	connection, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	return &control{
		UnixConn: connection.(*net.UnixConn), server: s, conns: map[uint32]*conn{},
		datagram: make([]byte, protocol.MessageBytes), rights: make([]byte, syscall.CmsgSpace(4)),
	}, nil
}

// Accept waits for the next connection, and heeds the other messages meanwhile; io.EOF if the supervisor
// has ended.
func (l *control) Accept() (net.Conn, error) {
	for {
		count, extent, _, _, err := l.ReadMsgUnix(l.datagram, l.rights)
		if err != nil || count == 0 {
			return nil, io.EOF
		}
		message, err := protocol.Decode(l.datagram[:count])
		if err != nil {
			return nil, err
		}
		switch message.Type {
		case protocol.Connection:
			if c := l.connection(message.Slot, protocol.Descriptors(l.rights[:extent])); c != nil {
				return c, nil
			}
		case protocol.LetGo:
			l.letGo(message.Slot)
		case protocol.Retire:
			l.server.retire()
		case protocol.ProbeAnswer:
			l.answerProbe(message)
		}
		// STOP_CALL says nothing new: the context of a call has the deadline already.
	}
}

func (l *control) connection(number uint32, descriptors []int) *conn {
	if len(descriptors) == 1 {
		if c, err := newConn(l.server, descriptors[0], number); err == nil {
			l.conns[number] = c
			return c
		}
	}
	// The process has run out of descriptors, and the kernel has dropped this one.
	l.server.table.Slot(int(number)).Close()
	return nil
}

// letGo wakes what waits for the next request on a taken connection.
func (l *control) letGo(number uint32) {
	if c := l.conns[number]; c != nil {
		_ = c.file.SetReadDeadline(time.Now())
		delete(l.conns, number)
	}
}

// probeAnswer is what the supervisor answers to a probe.
type probeAnswer struct {
	status int
	body   []byte
}

func (l *control) answerProbe(message protocol.Message) {
	if c := l.conns[message.Slot]; c != nil && len(message.Payload) >= 4 {
		c.probe <- probeAnswer{int(message.Number()), append([]byte{}, message.Payload[4:]...)}
	}
}

// tell sends a message to the supervisor.
func (l *control) tell(kind protocol.MessageType, slot uint32, payload []byte) error {
	_, err := l.Write(protocol.Message{Type: kind, Slot: slot, Payload: payload}.Append(nil))
	return err
}

// ready tells that the function is loaded.
func (l *control) ready() error {
	return l.tell(protocol.Ready, 0, binary.NativeEndian.AppendUint32(nil, uint32(os.Getpid())))
}

// Addr is the address of the socket to the supervisor.
func (l *control) Addr() net.Addr { return l.LocalAddr() }
