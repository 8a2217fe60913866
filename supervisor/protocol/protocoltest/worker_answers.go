package protocoltest

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"runtimes.invalid/protocol"
)

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
