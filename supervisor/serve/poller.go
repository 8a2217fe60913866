package serve

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"runtimes.invalid/protocol"
)

// poller waits for events of descriptors, for signals, and for a moment.
type poller struct {
	epoll   int
	file    *os.File // of epoll
	raw     syscall.RawConn
	wake    int // readable when there is a signal
	signals chan os.Signal
	events  []unix.EpollEvent
	count   int
	until   int64 // the deadline that is set; 0: none
	attempt func(descriptor uintptr) bool
}

// newPoller makes the poller, which receives signals from now on.
func newPoller() (*poller, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	ends := make([]int, 2)
	if err := unix.Pipe2(ends, unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return nil, os.NewSyscallError("pipe2", err)
	}
	_ = unix.SetNonblock(epoll, true)
	p := &poller{
		epoll: epoll, file: os.NewFile(uintptr(epoll), "epoll"), wake: ends[0],
		signals: make(chan os.Signal, 64), events: make([]unix.EpollEvent, 256),
	}
	if p.raw, err = p.file.SyscallConn(); err != nil {
		return nil, err
	}
	// The wait is left to the runtime's own poller, because a thread blocked in epoll_wait makes the
	// runtime's monitor poll every 20 microseconds, which costs more than all the rest.
	p.attempt = func(descriptor uintptr) bool {
		p.count, _ = unix.EpollWait(int(descriptor), p.events, 0)
		return p.count > 0
	}
	p.watch(p.wake, unix.EPOLLIN, unix.EPOLL_CTL_ADD)
	received := make(chan os.Signal, 64)
	signal.Notify(received, unix.SIGTERM, unix.SIGINT, unix.SIGCHLD)
	go func() {
		for one := range received {
			p.signals <- one
			_, _ = unix.Write(ends[1], []byte{0})
		}
	}()
	return p, nil
}

func (p *poller) watch(descriptor int, events uint32, operation int) {
	event := unix.EpollEvent{Events: events, Fd: int32(descriptor)}
	_ = unix.EpollCtl(p.epoll, operation, descriptor, &event)
}

// wait waits for events, at most until `next` (protocol.Now(); 0: for ever).
func (p *poller) wait(next int64) []unix.EpollEvent {
	if next != p.until {
		moment := time.Time{}
		if next != 0 {
			moment = time.Now().Add(time.Duration(next - protocol.Now()))
		}
		_ = p.file.SetReadDeadline(moment)
		p.until = next
	}
	if p.raw.Read(p.attempt) != nil { // it does not even try once the moment has come
		p.attempt(uintptr(p.epoll))
	}
	return p.events[:max(p.count, 0)]
}

// drainWake empties the pipe that signals wake with.
func (p *poller) drainWake() { _, _ = unix.Read(p.wake, make([]byte, 64)) }
