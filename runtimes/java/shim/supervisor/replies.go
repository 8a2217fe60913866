package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// answer takes a request from its worker and answers it, unless the worker was faster.
func (s *supervisor) answer(slot int, generation, state uint32, status int) bool {
	c := s.connections[slot]
	if c == nil || !s.table.swap(slot, state, generation, stateTaken, generation) {
		return false
	}
	now, asked := monotonic(), s.table.request(slot)
	timedOut, length := status == 408, 0
	if state == stateStreaming {
		status = s.table.status(slot) // TIMEOUT-13: what has been sent can't be taken back, only cut off
	} else {
		length = reply(c.descriptor, status, asked.flags)
	}
	_ = unix.Shutdown(c.descriptor, unix.SHUT_RDWR)
	if asked.line == "" {
		return true
	}
	duration := now - asked.received
	if state == stateCalling || state == stateStreaming {
		duration = now - s.table.started(slot)
	}
	// OBSERVABILITY-4: it may have begun or not, its client gets 500.
	s.table.countFailure(asked.method, duration, timedOut)
	s.log.write(logEntry{asked, status, length, now - asked.received, time.Now()})
	return true
}

// refuse answers 503 on a connection that no worker has, and closes it when its client has read
// that.
func (s *supervisor) refuse(c *connection) {
	length := reply(c.descriptor, 503, c.first.flags)
	if c.first.line != "" {
		s.log.write(logEntry{c.first, 503, length, monotonic() - c.first.received, time.Now()})
	}
	_ = unix.Shutdown(c.descriptor, unix.SHUT_WR)
	go linger(c.descriptor)
}

// linger reads what a client still sends, since to close before would lose it the answer.
func linger(descriptor int) {
	file := os.NewFile(uintptr(descriptor), "refused")
	defer file.Close()
	_ = file.SetReadDeadline(time.Now().Add(time.Second))
	_, _ = io.Copy(io.Discard, file)
}

var reasons = map[int]string{
	408: "Request Timeout", 500: "Internal Server Error", 503: "Service Unavailable",
}

// reply writes a short answer that ends the connection; it returns the length of the body.
func reply(descriptor, status, flags int) int {
	body := reasons[status] + "\n"
	extra := ""
	if status == 503 {
		extra = "Retry-After: 1\r\n"
	}
	if flags&flagOrigin != 0 { // RESPONSE-14
		extra += "Access-Control-Allow-Origin: *\r\n"
	}
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\n"+
		"Content-Length: %d\r\n%sConnection: close\r\n\r\n", status, reasons[status], len(body), extra)
	if flags&flagHead != 0 {
		body = ""
	}
	_, _ = unix.Write(descriptor, []byte(head+body))
	return len(body)
}

// closeSocket ends a connection for the client too, though a worker may still hold it.
func closeSocket(descriptor int) {
	_ = unix.Shutdown(descriptor, unix.SHUT_RDWR)
	_ = unix.Close(descriptor)
}
