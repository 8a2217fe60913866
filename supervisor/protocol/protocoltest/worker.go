package protocoltest

import (
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"runtimes.invalid/protocol"
)

// Worker is a worker for the tests of the supervisor. What a call does is said by the request's path:
//
//	/hello            answers `hello`
//	/sleep/SECONDS    answers after that time
//	/spin, /never     never answers
//	/stream/SECONDS   streams a piece, then another one after that time
//	/exit             sends EXITING and ends the process
//	/kill             kills the process
//	/large            answers with 4 MiB
//	/spawn/FILE       starts a process that appends to a file for ever, and waits for it
//	/pid              answers the process ID
type Worker struct {
	table   *protocol.Table
	control *net.UnixConn
	one     bool          // no more calls at a time than the header allows
	places  chan struct{} // kind `one`: one is held from before a request is read to its end
	records sync.Mutex
	conns   sync.Map // slot: *workerConn
}

// NewWorker serves as the process that has been started with the protocol's descriptors.
func NewWorker(one bool) (*Worker, error) {
	table, err := protocol.Map(protocol.TableDescriptor)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(protocol.ControlDescriptor, "control")
	control, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	for _, descriptor := range []int{3, 4, 5} {
		syscall.CloseOnExec(descriptor)
	}
	places := make(chan struct{}, table.Calls)
	return &Worker{table: table, control: control.(*net.UnixConn), one: one, places: places}, nil
}

// Run serves until the supervisor is gone.
func (w *Worker) Run() error {
	if err := syscall.Dup3(protocol.StderrDescriptor, 2, 0); err != nil {
		return err
	}
	w.send(protocol.Message{Type: protocol.Ready, Payload: protocol.Number(uint32(os.Getpid()))})
	datagram, rights := make([]byte, protocol.MessageBytes), make([]byte, 256)
	for {
		count, extent, _, _, err := w.control.ReadMsgUnix(datagram, rights)
		if err != nil || count == 0 {
			return err
		}
		message, err := protocol.Decode(datagram[:count])
		if err != nil {
			return err
		}
		w.handle(message, protocol.Descriptors(rights[:extent]))
	}
}

func (w *Worker) send(message protocol.Message) {
	_, _ = w.control.Write(message.Append(nil))
}

func (w *Worker) handle(message protocol.Message, descriptors []int) {
	switch message.Type {
	case protocol.Connection:
		_ = syscall.SetNonblock(descriptors[0], true)
		file := os.NewFile(uintptr(descriptors[0]), "connection")
		raw, _ := file.SyscallConn()
		made := &workerConn{worker: w, number: message.Slot, file: file, raw: raw,
			slot: w.table.Slot(int(message.Slot)), answers: make(chan []byte, 1)}
		w.conns.Store(message.Slot, made)
		go made.serve()
	case protocol.LetGo, protocol.StopCall:
		if found, known := w.conns.Load(message.Slot); known {
			_ = found.(*workerConn).file.SetReadDeadline(time.Now())
		}
	case protocol.ProbeAnswer:
		if found, known := w.conns.Load(message.Slot); known {
			found.(*workerConn).answers <- append([]byte{}, message.Payload...)
		}
	case protocol.Retire:
		if w.one {
			for place := 0; place < cap(w.places); place++ {
				w.places <- struct{}{}
			}
			os.Exit(0)
		}
	}
}
