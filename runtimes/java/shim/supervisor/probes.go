package main

import (
	"bytes"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const firstRequestWithin = 60 * time.Second

// serve looks at what a new connection asks, without taking it: probes are answered here, where no
// code of the function can delay them (CONCURRENCY-3); anything else goes to a worker.
func (s *supervisor) serve(conn *net.TCPConn) {
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(firstRequestWithin))
	for {
		first, err := peek(conn, 16)
		if err != nil || len(first) == 0 {
			return
		}
		if _, isProbe := probe(first); !isProbe {
			seen, _ := peek(conn, 4096)
			s.handOver(conn, seen)
			return
		}
		if !s.answerProbe(conn) {
			return
		}
	}
}

// probe returns the path, if these are the first bytes of a request for a probe.
func probe(first []byte) (string, bool) {
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		for _, method := range []string{"GET ", "HEAD "} {
			start := method + path
			if bytes.HasPrefix(first, []byte(start)) && len(first) > len(start) &&
				strings.IndexByte(" ?", first[len(start)]) >= 0 {
				return path, true
			}
		}
	}
	return "", false
}

// peek waits for bytes and returns up to that many, which stay in the socket.
func peek(conn *net.TCPConn, most int) ([]byte, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	buffer, length := make([]byte, most), 0
	var failure error
	err = raw.Read(func(descriptor uintptr) bool {
		length, _, failure = unix.Recvfrom(int(descriptor), buffer, unix.MSG_PEEK)
		return failure != unix.EAGAIN && failure != unix.EINTR
	})
	if err == nil {
		err = failure
	}
	return buffer[:max(length, 0)], err
}

// answerProbe reads one probe and answers it; it returns whether the connection goes on.
func (s *supervisor) answerProbe(conn *net.TCPConn) bool {
	head, end := []byte{}, -1
	for end < 0 {
		seen, err := peek(conn, 8192)
		if err != nil || len(seen) == 0 || len(seen) == 8192 {
			return false
		}
		if end = bytes.Index(seen, []byte("\r\n\r\n")); end < 0 {
			if len(seen) == len(head) {
				time.Sleep(time.Millisecond)
			}
			head = seen
			continue
		}
		head = seen[:end+4]
	}
	if _, err := conn.Read(make([]byte, len(head))); err != nil {
		return false
	}
	path, _ := probe(head)
	lower := strings.ToLower(string(head))
	goesOn := !strings.Contains(lower, "\r\nconnection: close") && strings.Contains(lower, " http/1.1\r\n")
	status, kind, body := s.probeAnswer(path)
	text := fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n", status, kind, len(body))
	if strings.Contains(lower, "\r\norigin:") { // RESPONSE-14
		text += "Access-Control-Allow-Origin: *\r\n"
	}
	if !goesOn {
		text += "Connection: close\r\n"
	}
	text += "\r\n"
	if head[0] == 'G' {
		text += body
	}
	_, err := conn.Write([]byte(text))
	return err == nil && goesOn
}

func (s *supervisor) probeAnswer(path string) (status, kind, body string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	const plain = "text/plain; charset=utf-8"
	switch {
	case path == "/metrics":
		return "200 OK", "text/plain; version=0.0.4; charset=utf-8", s.table.metricsPage(s.inFlight())
	case path == "/readyz" && (s.draining || s.active == nil || !s.active.loaded):
		return "503 Service Unavailable", plain, "Service Unavailable\n" // LIFECYCLE-6
	}
	return "200 OK", plain, "OK"
}

// handOver passes a connection, on which so much can be seen, on to a worker; during the drain it
// is refused (LIFECYCLE-2).
func (s *supervisor) handOver(conn *net.TCPConn, seen []byte) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	copied := -1
	_ = raw.Control(func(descriptor uintptr) {
		copied, err = unix.FcntlInt(descriptor, unix.F_DUPFD_CLOEXEC, 0)
	})
	if copied < 0 {
		return
	}
	client, _ := conn.RemoteAddr().(*net.TCPAddr)
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.draining {
		reply(copied, 503, 0)
		closeSocket(copied)
		return
	}
	first := firstRequest(seen, client.IP.String())
	s.place(&connection{descriptor: copied, client: client, first: first, since: time.Now()})
}
