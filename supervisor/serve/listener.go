package serve

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"runtimes.invalid/supervisor/connection"
)

// listen opens the socket; connections take over its options.
func (s *Server) listen() error {
	family, address := unix.AF_INET6, unix.Sockaddr(&unix.SockaddrInet6{Port: s.settings.Port})
	descriptor, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil { // a machine without IPv6
		family, address = unix.AF_INET, &unix.SockaddrInet4{Port: s.settings.Port}
		descriptor, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	}
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	if family == unix.AF_INET6 {
		_ = unix.SetsockoptInt(descriptor, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0)
	}
	_ = unix.SetsockoptInt(descriptor, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	_ = unix.SetsockoptInt(descriptor, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
	_ = unix.SetsockoptInt(descriptor, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1) // CONCURRENCY-8
	if err := unix.Bind(descriptor, address); err != nil {
		return os.NewSyscallError("bind to port `"+strconv.Itoa(s.settings.Port)+"`", err)
	}
	if err := unix.Listen(descriptor, 4096); err != nil {
		return os.NewSyscallError("listen", err)
	}
	s.listener = descriptor
	s.poller.watch(descriptor, unix.EPOLLIN|unix.EPOLLET, unix.EPOLL_CTL_ADD)
	return nil
}

func (s *Server) accept() {
	s.crowded = false
	for {
		descriptor, peer, err := unix.Accept4(s.listener, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
		switch err {
		case nil:
			made := &connection.Connection{Descriptor: descriptor, Address: connection.AddressOf(peer)}
			s.receive(made, false)
		case unix.EINTR, unix.ECONNABORTED:
		default:
			s.crowded = err != unix.EAGAIN
			return
		}
	}
}
