package serve

import (
	"time"

	"golang.org/x/sys/unix"

	"runtimes.invalid/protocol"
	"runtimes.invalid/supervisor/processtree"
	"runtimes.invalid/supervisor/worker"
)

// template is the process that has loaded the function and forks workers, if the language has one. A nil
// template is one that is not needed.
type template struct {
	handle     *worker.Handle // nil: none runs
	failures   int            // starts that have failed in a row
	startAfter int64          // protocol.Now()
}

func (t *template) isDue() bool { return t != nil && (t.handle == nil || !t.handle.Ready) }

func (t *template) isControl(descriptor int) bool {
	return t != nil && t.handle != nil && t.handle.Control == descriptor
}

func (t *template) isProcess(id int) bool { return t != nil && t.handle != nil && t.handle.ID == id }

// startTemplate starts the template if none runs.
func (s *Server) startTemplate(now int64) {
	if s.template.handle != nil || s.pool.Closing || now < s.template.startAfter {
		return
	}
	made, err := s.factory.StartTemplate()
	if err != nil {
		s.templateFailed(now, err.Error)
		return
	}
	s.template.handle = made
	s.poller.watch(made.Control, unix.EPOLLIN, unix.EPOLL_CTL_ADD)
}

func (s *Server) templateFailed(now int64, cause func() string) {
	s.startFailed(cause)
	s.template.startAfter = now + int64(min(100*time.Millisecond<<min(s.template.failures, 10), 10*time.Second))
	s.template.failures++
}

// receiveFromTemplate reads that the template is ready.
func (s *Server) receiveFromTemplate() {
	made := s.template.handle
	count, _, err := unix.Recvfrom(made.Control, s.datagram, unix.MSG_DONTWAIT)
	if err == unix.EAGAIN || err == unix.EINTR {
		return
	}
	if err != nil || count == 0 {
		s.poller.watch(made.Control, 0, unix.EPOLL_CTL_DEL)
		return
	}
	made.Started()
	s.factory.Template, s.template.failures = made, 0
	s.adjust(protocol.Now())
}

// templateEnded has another template started.
func (s *Server) templateEnded(how string) {
	ended := s.template.handle
	s.factory.Template, s.template.handle = nil, nil
	s.poller.watch(ended.Control, 0, unix.EPOLL_CTL_DEL)
	processtree.KillRest(ended.ID)
	s.templateFailed(protocol.Now(), func() string { return ended.Cause(how) })
	ended.Close()
}

func (s *Server) endTemplate() {
	if s.template != nil && s.template.handle != nil {
		s.template.handle.Kill(protocol.Now())
	}
}
