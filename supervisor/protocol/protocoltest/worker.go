package protocoltest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
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
	one     bool       // one call at a time
	turn    sync.Mutex // kind `one`: held from before a request is read to its end
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
	return &Worker{table: table, control: control.(*net.UnixConn), one: one}, nil
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
			w.turn.Lock()
			os.Exit(0)
		}
	}
}

// workerConn is a connection in the worker's hands.
type workerConn struct {
	worker  *Worker
	number  uint32
	file    *os.File
	raw     syscall.RawConn
	slot    *protocol.Slot
	answers chan []byte // to probes
	served  bool        // a request: one that was handed over in a drain was there before
	sent    int64
	called  int64
	status  int
	bytes   int64
	method  string
}

var errTaken = errors.New("the supervisor has the connection")

func (c *workerConn) serve() {
	for c.next() {
	}
	_ = c.file.Close()
	c.slot.LeaveTaken()
}

// next serves one request; false if there is none any more.
func (c *workerConn) next() bool {
	if c.await() != nil {
		return false
	}
	if c.worker.one {
		c.worker.turn.Lock()
		defer c.worker.turn.Unlock()
	}
	header := c.worker.table.Header
	if now := protocol.Now(); !c.slot.Begin(now, now+header.HeadTime) {
		return false
	}
	request, err := http.ReadRequest(bufio.NewReader(oneByOne{c.file}))
	if err != nil {
		c.close()
		return false
	}
	body, err := io.ReadAll(io.LimitReader(request.Body, header.BodyLimit))
	if err != nil {
		c.close()
		return false
	}
	c.describe(request)
	c.called, c.bytes, c.method = protocol.Now(), 0, request.Method
	if c.answer(request, body) != nil {
		return false
	}
	if request.Close {
		c.close()
		return false
	}
	return c.slot.Rest()
}

// oneByOne reads no byte of the next request.
type oneByOne struct{ file *os.File }

func (r oneByOne) Read(target []byte) (int, error) { return r.file.Read(target[:1]) }

// await waits until the connection is readable, without reading.
func (c *workerConn) await() error {
	return c.raw.Read(func(descriptor uintptr) bool {
		if !c.slot.Word().IsUnread() {
			return true
		}
		_, _, err := syscall.Recvfrom(int(descriptor), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return err != syscall.EAGAIN
	})
}

func (c *workerConn) close() {
	if c.slot.Close() {
		_ = c.raw.Control(func(descriptor uintptr) { _ = syscall.Shutdown(int(descriptor), syscall.SHUT_WR) })
	}
}

func (c *workerConn) describe(request *http.Request) {
	flags := protocol.Flags(0)
	if request.Method == "HEAD" {
		flags = protocol.FlagHead
	}
	c.slot.Describe(&protocol.Texts{protocol.Method: request.Method, protocol.Target: request.RequestURI,
		protocol.HTTPVersion: request.Proto, protocol.UserAgent: request.UserAgent()}, flags)
}

func (c *workerConn) answer(request *http.Request, body []byte) error {
	if index := strings.Index("/healthz /readyz /metrics", request.URL.Path); index >= 0 && len(request.URL.Path) > 6 {
		return c.probe(uint32(index / 9))
	}
	if c.worker.table.Draining.Load() != 0 && c.served { // LIFECYCLE-2
		request.Close = true
		return c.write(503, []byte("draining"))
	}
	c.served = true
	if !c.slot.Enter(protocol.Calling, c.called, c.called+c.worker.table.Timeout) {
		return errTaken
	}
	_, what, _ := strings.Cut(request.URL.Path, "/")
	what, argument, _ := strings.Cut(what, "/")
	seconds, _ := strconv.ParseFloat(argument, 64)
	pause := time.Duration(seconds * float64(time.Second))
	switch what {
	case "sleep":
		time.Sleep(pause)
	case "spin":
		for {
		}
	case "never":
		select {}
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "exit":
		c.worker.send(protocol.Message{Type: protocol.Exiting, Slot: c.number})
		os.Exit(3)
	case "spawn":
		spawn("/" + argument)
	case "stream":
		return c.stream(pause)
	case "large":
		return c.write(200, bytes.Repeat([]byte("x"), 4<<20))
	case "echo":
		return c.write(200, body)
	case "pid":
		return c.write(200, []byte(strconv.Itoa(os.Getpid())))
	}
	return c.write(200, []byte("hello"))
}

func spawn(file string) {
	command := []string{"sh", "-c", "while :; do echo >>" + file + "; sleep 0.05; done"}
	process, err := os.StartProcess("/bin/sh", command, &os.ProcAttr{})
	if err == nil {
		_, _ = process.Wait()
	}
}

func (c *workerConn) probe(which uint32) error {
	c.worker.send(protocol.Message{
		Type: protocol.ProbeReceived, Slot: c.number, Payload: protocol.Number(which)})
	answer := <-c.answers
	status := protocol.Message{Payload: answer}.Number()
	if !c.slot.Send(0) {
		return errTaken
	}
	return c.send(int(status), c.format(int(status), answer[4:]))
}

func (c *workerConn) write(status int, body []byte) error {
	c.slot.Sent.Store(c.sent)
	now := protocol.Now()
	if !c.slot.Send(now + c.worker.table.SendTime) {
		return errTaken
	}
	c.bytes = int64(len(body))
	answer := c.format(status, body)
	c.record(status, now)
	return c.send(status, answer)
}

func (c *workerConn) format(status int, body []byte) []byte {
	answer := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: %d\r\n\r\n", status, http.StatusText(status), len(body))
	if c.method == "HEAD" {
		return []byte(answer)
	}
	return append([]byte(answer), body...)
}

func (c *workerConn) record(status int, now int64) {
	c.worker.records.Lock()
	defer c.worker.records.Unlock()
	began := c.slot.Began.Load()
	if c.worker.table.Ring.Write(&protocol.Record{
		Slot: c.number, Sequence: c.slot.Word().Sequence(), Status: uint16(status), Outcome: protocol.Call,
		Began: began, Duration: now - began, CallDuration: now - c.called, Bytes: c.bytes,
		Texts: c.slot.Texts(),
	}) {
		c.worker.send(protocol.Message{Type: protocol.Records})
	}
}

func (c *workerConn) send(status int, answer []byte) error {
	c.slot.End.Store(c.sent + int64(len(answer)))
	c.slot.Status.Store(uint32(status))
	count, err := c.file.Write(answer)
	c.sent += int64(count)
	return err
}

func (c *workerConn) stream(pause time.Duration) error {
	c.slot.Sent.Store(c.sent)
	if !c.slot.Stream(201) {
		return errTaken
	}
	first := "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"
	_, _ = c.file.Write([]byte(first))
	time.Sleep(pause)
	now := protocol.Now()
	if !c.slot.Send(now + c.worker.table.SendTime) {
		return errTaken
	}
	c.bytes = 9
	c.record(201, now)
	last := "4\r\nlast\r\n0\r\n\r\n"
	c.slot.End.Store(c.sent + int64(len(first)+len(last)))
	_, err := c.file.Write([]byte(last))
	c.sent += int64(len(first) + len(last))
	return err
}
