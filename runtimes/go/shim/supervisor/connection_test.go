package main

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"kubeless.invalid/shim/clock"
)

func TestProbesOnOneConnection(t *testing.T) { // CONCURRENCY-3, REQUEST-23, OBSERVABILITY-8
	s := newStage(t)
	client, c := s.connect("GET /healthz HTTP/1.1\r\n\r\nGET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n")
	s.readable(c)
	received := answer(client)
	has(t, received, "HTTP/1.1 200 OK\r\n", "\r\n\r\nOKHTTP/1.1 200 OK\r\n", "Connection: close", "in_flight 0")
	if len(s.connections) != 0 || len(s.worker.used) != 0 || len(s.log.pending) != 0 {
		t.Error("the probes went elsewhere too")
	}
}

func TestProbeBeforeAnotherRequest(t *testing.T) { // REQUEST-23
	s := newStage(t)
	_, c := s.connect("GET /healthz HTTP/1.1\r\n\r\nPOST /a HTTP/1.1\r\nContent-Length: 1\r\n\r\nx")
	s.readable(c)
	if len(s.worker.used) != 1 {
		t.Fatal("the worker has not got the second request")
	}
	entry, known := s.worker.table.Slot(s.worker.used[0]).Request()
	if !known || entry.Method != "POST" || entry.Target != "/a" {
		t.Errorf("%+v", entry)
	}
	left := make([]byte, 100)
	if count, _ := unix.Read(c.descriptor, left); !strings.HasPrefix(string(left[:count]), "POST /a ") {
		t.Errorf("the worker would read %q", left[:count])
	}
}

func TestRequestsWaitForAWorker(t *testing.T) { // TIMEOUT-8, CONCURRENCY-4
	s := newStage(t)
	s.current = nil
	for range s.settings.Concurrency {
		_, c := s.connect("GET /a HTTP/1.1\r\n\r\n")
		s.readable(c)
	}
	over, c := s.connect("HEAD /over HTTP/1.1\r\nOrigin: x\r\n\r\n")
	s.readable(c)
	has(t, answer(over), "HTTP/1.1 503 ", "Retry-After: 1", "Access-Control-Allow-Origin: *")
	has(t, string(s.log.pending), `"HEAD /over HTTP/1.1" 503 0`)
	s.current = s.worker
	s.serveWaiting(clock.Now())
	if len(s.worker.used) != s.settings.Concurrency || len(s.waiting) != 0 {
		t.Errorf("%d served, %d wait", len(s.worker.used), len(s.waiting))
	}
}

func TestWaitingEnds(t *testing.T) { // CONCURRENCY-4
	s := newStage(t)
	s.current = nil
	client, c := s.connect("GET /a HTTP/1.1\r\n\r\n")
	s.readable(c)
	end := c.until
	if s.serveWaiting(clock.Now()); c.until != end {
		t.Error("another try has put off the end of the waiting")
	}
	s.serveWaiting(clock.Now() + int64(s.settings.Timeout))
	has(t, answer(client), "HTTP/1.1 503 ")
}

func TestRefusedClientGoesOnSending(t *testing.T) { // LIFECYCLE-2
	s := newStage(t)
	s.beginDrain()
	client, c := s.connect("POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\n1234")
	s.readable(c)
	has(t, answer(client), "HTTP/1.1 503 ", "Connection: close")
	if _, err := client.Write([]byte("56789")); err != nil {
		t.Error(err)
	}
	s.await(c.descriptor)
	s.readable(c)
	if !s.lingering[c] {
		t.Error("the connection was closed while the client was sending")
	}
	s.draining = false
	s.tick(c.until)
	if len(s.lingering) != 0 || len(s.connections) != 0 {
		t.Error("the connection is kept")
	}
}
