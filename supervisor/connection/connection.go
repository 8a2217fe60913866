// Package connection is a client's connection as the supervisor holds it. While a worker serves it, the
// supervisor keeps a descriptor of it.
package connection

import (
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Connection is an accepted connection.
type Connection struct {
	Descriptor int
	Address    string // of the client
	Watched    bool   // known to the epoll
	Lingering  bool   // refused: what the client still sends is thrown away
	Admitted   bool   // its request is served though the runtime drains
	Received   int64  // protocol.Now() when the request at its beginning was received; 0: none
	Until      int64  // protocol.Now() at which it is given up; 0: never
	Queued     int64  // protocol.Now() since when it waits for a worker; 0: it does not
	HeadBegun  bool   // a part of a request is there that is not handed over yet
	BodyBegun  bool   // that part is more than a head
	base       int64  // bytes written before the worker had it
	written    bool   // something may have been written
}

// Peek copies what has been received into `buffer` and leaves it there. 0 bytes stand for the end.
func (c *Connection) Peek(buffer []byte) (int, error) {
	count, _, err := unix.Recvfrom(c.Descriptor, buffer, unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return count, err
}

// Skip takes so many bytes off the socket; they have been received.
func (c *Connection) Skip(buffer []byte) {
	_, _, _ = unix.Recvfrom(c.Descriptor, buffer, unix.MSG_DONTWAIT)
}

// AwaitMore has the epoll report the connection only when it holds more than `count` bytes.
func (c *Connection) AwaitMore(count int) {
	_ = unix.SetsockoptInt(c.Descriptor, unix.SOL_SOCKET, unix.SO_RCVLOWAT, count+1)
}

// Write sends an answer; false if the client does not take it at once.
func (c *Connection) Write(answer []byte) bool {
	c.written = true
	count, err := unix.SendmsgN(c.Descriptor, answer, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	return err == nil && count == len(answer)
}

// HandedOver notes how much had been written before a worker got the connection.
func (c *Connection) HandedOver() {
	c.base = 0
	if c.written {
		c.base = c.count()
	}
	c.written = true
}

// Sent is how many bytes have been written since HandedOver.
func (c *Connection) Sent() int64 { return c.count() - c.base }

// count is the number of bytes ever written: those that the client has acknowledged, and those in the
// send queue.
func (c *Connection) count() int64 {
	for {
		before, err := unix.GetsockoptTCPInfo(c.Descriptor, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return 0
		}
		queued, _ := unix.IoctlGetInt(c.Descriptor, unix.SIOCOUTQ)
		after, err := unix.GetsockoptTCPInfo(c.Descriptor, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil || before.Bytes_acked == after.Bytes_acked {
			return int64(before.Bytes_acked) + int64(queued)
		}
	}
}

// EndWriting sends FIN.
func (c *Connection) EndWriting() { _ = unix.Shutdown(c.Descriptor, unix.SHUT_WR) }

// Reset sends RST, though a worker may still hold a descriptor of the connection: connecting a socket to
// nothing ends its connection.
func (c *Connection) Reset() {
	nothing := unix.RawSockaddr{Family: unix.AF_UNSPEC}
	_, _, _ = unix.Syscall(unix.SYS_CONNECT, uintptr(c.Descriptor),
		uintptr(unsafe.Pointer(&nothing)), unsafe.Sizeof(nothing))
}

// Close gives the descriptor back.
func (c *Connection) Close() { _ = unix.Close(c.Descriptor) }

// AddressOf is the text of a peer's address.
func AddressOf(peer unix.Sockaddr) string {
	switch peer := peer.(type) {
	case *unix.SockaddrInet6:
		return netip.AddrFrom16(peer.Addr).Unmap().String()
	case *unix.SockaddrInet4:
		return netip.AddrFrom4(peer.Addr).String()
	}
	return "-"
}
