package connection

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pair makes a client and the supervisor's end of its connection.
func pair(t *testing.T) (*net.TCPConn, *Connection) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	_ = client.SetDeadline(time.Now().Add(10 * time.Second))
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	file, err := accepted.(*net.TCPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	descriptor, err := unix.Dup(int(file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	return client.(*net.TCPConn), &Connection{Descriptor: descriptor}
}

// Each byte that has left since the hand-over counts, whether the client has acknowledged it or not.
func TestSent(t *testing.T) {
	client, c := pair(t)
	defer c.Close()
	for round := range 100 {
		c.HandedOver()
		if found := c.Sent(); found != 0 {
			t.Fatal("before: ", found)
		}
		c.Write(make([]byte, 1+round*10))
		if found := c.Sent(); found != int64(1+round*10) {
			t.Fatal("after: ", found)
		}
		if round%2 == 0 {
			_, _ = io.ReadFull(client, make([]byte, 1+round*10))
			if found := c.Sent(); found != int64(1+round*10) {
				t.Fatal("after the client has read: ", found)
			}
		}
	}
}

// TIMEOUT-13: a reset reaches the client though another descriptor of the connection is open.
func TestReset(t *testing.T) {
	client, c := pair(t)
	other, _ := unix.Dup(c.Descriptor)
	defer unix.Close(other)
	c.Reset()
	c.Close()
	if _, err := client.Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "reset") {
		t.Error(err)
	}
}

// The epoll is told only of what is more than was there (HTTP-29).
func TestAwaitMore(t *testing.T) {
	client, c := pair(t)
	defer c.Close()
	readable := func() bool {
		count, _ := unix.Poll([]unix.PollFd{{Fd: int32(c.Descriptor), Events: unix.POLLIN}}, 50)
		return count == 1
	}
	_, _ = client.Write([]byte("ab"))
	if !readable() {
		t.Fatal("two bytes are not readable")
	}
	if c.AwaitMore(2); readable() {
		t.Error("nothing has come, and it is readable")
	}
	_, _ = client.Write([]byte("c"))
	if !readable() {
		t.Error("a byte has come, and it is not readable")
	}
}

// CONCURRENCY-9, RESPONSE-8, RESPONSE-14: what a refusal looks like.
func TestRefusal(t *testing.T) {
	refusal := Refusal(503)
	refusal.CrossOrigin = true
	text := string(refusal.Bytes())
	for _, want := range []string{"HTTP/1.1 503 Service Unavailable\r\n", "\r\nRetry-After: 1\r\n",
		"\r\nConnection: close\r\n", "\r\nAccess-Control-Allow-Origin: *\r\n", "\r\nContent-Length: 20\r\n",
		"\r\n\r\nService Unavailable\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
	if refusal.HeadOnly = true; refusal.BodyBytes() != 0 || !strings.HasSuffix(string(refusal.Bytes()), "\r\n\r\n") {
		t.Error("an answer to HEAD has a body")
	}
	if text := string(Refusal(413).Bytes()); !strings.Contains(text, "413 Content Too Large") {
		t.Error(text)
	}
}
