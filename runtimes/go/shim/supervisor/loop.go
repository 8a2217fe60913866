package main

import (
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"

	"kubeless.invalid/shim/accesslog"
	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/metrics"
	"kubeless.invalid/shim/settings"
)

// tick is the pace at which the workers' tables are looked at, while any connection is in use.
const tick = 20 * time.Millisecond

// supervisor is the state of the event loop; only the loop's own goroutine touches it.
type supervisor struct {
	settings    settings.Settings
	counters    *metrics.Counters
	shared      int // descriptor of the counters
	format      accesslog.Format
	log         *logger
	epoll       int
	poller      *os.File // of epoll
	listener    int      // -1 until the function is loaded (LOAD-9)
	wake        int      // readable when there is a signal
	signals     chan os.Signal
	connections map[int]*connection // by descriptor; those in the supervisor's own hands
	waiting     []*connection       // have a request, and no worker is there to take it
	lingering   map[*connection]bool
	processes   map[int]*process // by process ID
	controls    map[int]*process // by descriptor of the control socket
	current     *process         // gets the connections
	spare       *process         // takes over from it without a start (TIMEOUT-8)
	failures    int              // starts that have failed in a row
	startAfter  int64            // clock.Now() before which no further start is tried
	serving     bool             // a worker has been ready
	crowded     bool             // accepting has failed, for want of descriptors
	draining    bool
	drainEnd    int64
	idleSince   int64 // since when a drain has had nothing left to wait for
	head        []byte
}

func newSupervisor(loaded settings.Settings) (*supervisor, error) {
	s := &supervisor{
		settings: loaded, format: accesslog.Choose(loaded.JSON), log: newLogger(), listener: -1,
		signals:     make(chan os.Signal, 64),
		connections: map[int]*connection{}, lingering: map[*connection]bool{},
		processes: map[int]*process{}, controls: map[int]*process{}, head: make([]byte, 8192),
	}
	var err error
	if s.shared, err = memory("counters", metrics.Size); err != nil {
		return nil, err
	}
	if s.counters, err = metrics.Map(s.shared); err != nil {
		return nil, err
	}
	if s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(s.epoll, true); err != nil {
		return nil, err
	}
	s.poller = os.NewFile(uintptr(s.epoll), "epoll")
	ends := make([]int, 2)
	if err := unix.Pipe2(ends, unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return nil, err
	}
	s.wake = ends[0]
	s.observe(s.wake, unix.EPOLLIN, unix.EPOLL_CTL_ADD)
	received := make(chan os.Signal, 64)
	signal.Notify(received, unix.SIGTERM, unix.SIGINT, unix.SIGCHLD)
	go func() {
		for one := range received {
			s.signals <- one
			_, _ = unix.Write(ends[1], []byte{0})
		}
	}()
	return s, nil
}

func memory(name string, size int) (int, error) {
	descriptor, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return -1, os.NewSyscallError("memfd_create", err)
	}
	return descriptor, os.NewSyscallError("ftruncate", unix.Ftruncate(descriptor, int64(size)))
}

func (s *supervisor) observe(descriptor int, events uint32, operation int) {
	event := unix.EpollEvent{Events: events, Fd: int32(descriptor)}
	_ = unix.EpollCtl(s.epoll, operation, descriptor, &event)
}

// run is the event loop; it never returns.
func (s *supervisor) run() {
	s.staff()
	raw, err := s.poller.SyscallConn()
	if err != nil {
		fail(err.Error())
	}
	events := make([]unix.EpollEvent, 256)
	count, next := 0, int64(0)
	// The wait is left to the runtime's own poller: one in a system call keeps a thread of the
	// runtime awake that looks at it every 20 microseconds, which costs more than all the rest.
	attempt := func(descriptor uintptr) bool {
		count, _ = unix.EpollWait(int(descriptor), events, 0)
		return count > 0
	}
	for {
		moment := time.Time{}
		if s.busy() {
			moment = time.Now().Add(time.Duration(next - clock.Now()))
		}
		_ = s.poller.SetReadDeadline(moment)
		if raw.Read(attempt) != nil { // it does not even try once a tick is due
			attempt(uintptr(s.epoll))
		}
		for _, event := range events[:max(count, 0)] {
			s.dispatch(int(event.Fd))
		}
		if now := clock.Now(); now >= next && s.busy() {
			next = now + int64(tick)
			s.tick(now)
		}
	}
}

func (s *supervisor) dispatch(descriptor int) {
	if descriptor == s.listener {
		s.accept()
	} else if descriptor == s.wake {
		s.handleSignals()
	} else if process := s.controls[descriptor]; process != nil {
		s.hear(process)
	} else if connection := s.connections[descriptor]; connection != nil {
		s.readable(connection)
	}
}

// busy tells whether there is anything that time alone can change.
func (s *supervisor) busy() bool {
	if s.draining || s.crowded || len(s.waiting) > 0 || len(s.lingering) > 0 ||
		s.spare == nil && s.serving {
		return true
	}
	for _, process := range s.processes {
		if len(process.used) > 0 || process.retired != 0 {
			return true
		}
	}
	return false
}

// tick does what is due at this moment.
func (s *supervisor) tick(now int64) {
	for _, process := range s.processes {
		s.scan(process, now)
	}
	for connection := range s.lingering {
		if now >= connection.until {
			s.drop(connection)
		}
	}
	if s.crowded {
		s.accept()
	}
	s.staff()
	s.serveWaiting(now)
	s.log.poke()
	if s.draining {
		s.drain(now)
	}
}

func (s *supervisor) handleSignals() {
	_, _ = unix.Read(s.wake, make([]byte, 64))
	for {
		select {
		case one := <-s.signals:
			if one == unix.SIGCHLD {
				s.reap()
			} else { // LIFECYCLE-8
				s.beginDrain()
			}
		default:
			return
		}
	}
}
