package main

import (
	"fmt"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/table"
)

// dial connects a client to the running loop and sends a request.
func (s *stage) dial(port int, request string) net.Conn {
	s.t.Helper()
	client, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { client.Close() })
	_ = client.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := client.Write([]byte(request)); err != nil {
		s.t.Fatal(err)
	}
	return client
}

func TestLoop(t *testing.T) { // CONCURRENCY-2, TIMEOUT-1
	s := newStage(t)
	if err := s.listen(); err != nil {
		t.Fatal(err)
	}
	address, err := unix.Getsockname(s.listener)
	if err != nil {
		t.Fatal(err)
	}
	port := 0
	switch address := address.(type) {
	case *unix.SockaddrInet6:
		port = address.Port
	case *unix.SockaddrInet4:
		port = address.Port
	}
	mapped := s.worker.table
	go s.run()
	for range 3 { // events, with nothing that time could change
		has(t, answer(s.dial(port, "GET /healthz HTTP/1.0\r\n\r\n")), "HTTP/1.1 200 OK\r\n")
	}
	late := s.dial(port, "GET /a HTTP/1.1\r\n\r\n")
	if count, err := unix.Read(s.inbox, make([]byte, 16)); count != 4 {
		t.Fatal(err)
	}
	slot := mapped.Slot(0)
	slot.Deadline.Store(clock.Now())
	slot.Phase.Store(table.Calling)
	slot.State.Store(table.Active)
	has(t, answer(late), "HTTP/1.1 408 ") // the tick's
	has(t, answer(s.dial(port, "GET /healthz HTTP/1.0\r\n\r\n")), "HTTP/1.1 200 OK\r\n")
}
