package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	firstRequestWithin = 60 * time.Second
	headWithin         = 100 * time.Millisecond
	longestHead        = 8192
)

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
		path, isProbe := probe(first)
		head := []byte{}
		if isProbe {
			head = wholeHead(conn)
		}
		if !isPlain(head) {
			seen, _ := peek(conn, longestHead)
			s.handOver(conn, seen)
			return
		}
		if !s.answerProbe(conn, path, head) {
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

// wholeHead returns the head of the next request, which stays in the socket; nothing if it isn't
// there soon.
func wholeHead(conn *net.TCPConn) []byte {
	for end := time.Now().Add(headWithin); time.Now().Before(end); time.Sleep(time.Millisecond) {
		seen, err := peek(conn, longestHead)
		if err != nil || len(seen) == 0 || len(seen) == longestHead {
			return nil
		}
		if length := bytes.Index(seen, []byte("\r\n\r\n")); length >= 0 {
			return seen[:length+4]
		}
	}
	return nil
}

// isPlain says whether a head is strictly formed and announces no body: what follows it is then a
// request for every parser (REQUEST-24).
func isPlain(head []byte) bool {
	if len(head) == 0 {
		return false
	}
	lines := strings.Split(strings.TrimSuffix(string(head), "\r\n\r\n"), "\r\n")
	for index, line := range lines {
		name, value, found := strings.Cut(line, ":")
		switch {
		case strings.ContainsAny(line, "\r\n"):
			return false
		case index == 0:
		case !found || name == "" || strings.TrimSpace(name) != name:
			return false
		case strings.EqualFold(name, "Transfer-Encoding") || strings.EqualFold(name, "Expect"):
			return false
		case strings.EqualFold(name, "Content-Length") && strings.TrimSpace(value) != "0":
			return false
		}
	}
	return true
}

// answerProbe takes one probe off the socket and answers it; it returns whether the connection
// goes on.
func (s *supervisor) answerProbe(conn *net.TCPConn, path string, head []byte) bool {
	if _, err := io.ReadFull(conn, make([]byte, len(head))); err != nil {
		return false
	}
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
	first := firstRequest(seen, client.IP.String())
	c := &connection{descriptor: copied, client: client, first: first, since: time.Now()}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.draining {
		s.refuse(c)
		return
	}
	s.place(c)
}
