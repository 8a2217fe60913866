// Package serve is the event loop of process 1. It owns the listening socket and every connection,
// answers the probes, hands connections to workers, judges deadlines, and answers for workers that are
// late or dead. It never executes code of the function.
package serve

import (
	"time"

	"golang.org/x/sys/unix"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/head"
	"runtimes.invalid/supervisor/connection"
	"runtimes.invalid/supervisor/metrics"
	"runtimes.invalid/supervisor/pool"
	"runtimes.invalid/supervisor/settings"
	"runtimes.invalid/supervisor/worker"
)

const (
	tick      = 10 * time.Millisecond // at which tables are looked at while there is anything in them
	shareTick = 5 * time.Millisecond  // the same while connections share a worker, or requests wait
	slowTick  = time.Second           // while the supervisor only holds connections
)

// Server is the state of the event loop; only the loop's own goroutine touches it.
type Server struct {
	settings    settings.Settings
	shape       pool.Shape
	poller      *poller
	journal     *journal
	calls       metrics.Calls
	records     []byte // of a ring; kept to be used again
	pool        *pool.Pool
	factory     *worker.Factory
	template    *template
	listener    int                            // -1 until the function is loaded (LOAD-9)
	connections map[int]*connection.Connection // by descriptor; those that the supervisor watches
	waiting     []*connection.Connection       // have a request, and no worker could take it, in order
	controls    map[int]*worker.Handle         // by descriptor of the control socket
	processes   map[int]*worker.Handle         // by process ID
	lingering   int                            // connections
	crowded     bool                           // accepting has failed, for want of descriptors
	drain       drain
	next        int64 // protocol.Now() of the next tick; 0: none
	mergeAt     int64 // when connections may be merged again
	expireAt    int64 // when the held connections are looked at again
	head        head.Head
	buffer      []byte // of peeked heads
	datagram    []byte
	fail        func(cause string) // ends the runtime
	exit        func()             // ends it with 0
}

// New makes a server that starts its workers with the factory. `fail` ends the runtime with a cause,
// `exit` ends it after a drain; neither returns. The error tells what the kernel has refused.
func New(loaded settings.Settings, shape pool.Shape, factory *worker.Factory, hasTemplate bool,
	fail func(cause string), exit func()) (*Server, error) {
	poller, err := newPoller()
	if err != nil {
		return nil, err
	}
	s := &Server{
		settings: loaded, shape: shape, poller: poller, journal: newJournal(loaded.JSON), listener: -1,
		connections: map[int]*connection.Connection{}, controls: map[int]*worker.Handle{},
		processes: map[int]*worker.Handle{}, factory: factory, buffer: make([]byte, head.MaxBuffer),
		datagram: make([]byte, protocol.MessageBytes), exit: exit,
	}
	s.fail = func(cause string) {
		s.Stop()
		fail(cause)
	}
	factory.Slots, factory.Prepare = s.slots(), s.prepare
	s.pool = pool.New(shape, factory, s.workerStarted, s.startFailed)
	if hasTemplate {
		s.template = &template{}
	}
	return s, nil
}

// Run is the event loop; it never returns.
func (s *Server) Run() {
	s.adjust(protocol.Now())
	for {
		now := protocol.Now()
		if interval := s.interval(); interval == 0 {
			s.next = 0
		} else if s.next == 0 || s.next > now+int64(interval) {
			s.next = now + int64(interval)
		}
		for _, event := range s.poller.wait(s.next) {
			s.dispatch(int(event.Fd), event.Events)
		}
		if now = protocol.Now(); s.next != 0 && now >= s.next {
			s.next = 0
			s.tick(now)
		}
	}
}

func (s *Server) dispatch(descriptor int, events uint32) {
	if descriptor == s.listener {
		s.accept()
	} else if descriptor == s.poller.wake {
		s.handleSignals()
	} else if s.template.isControl(descriptor) {
		s.receiveFromTemplate()
	} else if w := s.controls[descriptor]; w != nil {
		s.receiveMessages(w)
	} else if c := s.connections[descriptor]; c != nil {
		s.receive(c, events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0)
	}
}

// interval is the time to the next tick; 0 if time alone can change nothing.
func (s *Server) interval() time.Duration {
	found := time.Duration(0)
	if len(s.connections) > 0 || s.pool.Missing < 0 {
		found = slowTick
	}
	if s.crowded || s.drain.begun || s.pool.Missing > 0 || s.template.isDue() {
		found = tick
	}
	for _, w := range s.pool.Workers {
		if len(w.Used) > 0 || w.Retired != 0 || w.ReplaceBy != 0 {
			found = tick
			if s.shape.One && len(w.Used) > 1 {
				return shareTick
			}
		}
	}
	if len(s.waiting) > 0 {
		return shareTick
	}
	return found
}

// tick does what is due at this moment.
func (s *Server) tick(now int64) {
	s.pool.SoonOverdue = 0
	for _, w := range s.pool.Workers {
		s.collect(w)
		s.scan(w, now)
	}
	s.journal.poke()
	s.expireHeld(now)
	if s.crowded {
		s.accept()
	}
	if s.shape.One {
		s.merge(now)
	}
	s.serveWaiting(now)
	s.adjust(now)
	if s.interval() != tick && s.interval() != shareTick {
		s.letReadersSleep()
	}
	if s.drain.begun {
		s.continueDrain(now)
	}
}

// adjust has the pool start what is missing.
func (s *Server) adjust(now int64) {
	if s.template.isDue() {
		s.startTemplate(now)
		return
	}
	late := 0
	for _, c := range s.waiting {
		if now-c.Queued > int64(growAfter) {
			late++
		}
	}
	s.pool.Adjust(now, late)
}

// growAfter is how long a request waits before a worker is started for it.
const growAfter = 10 * time.Millisecond
