package serve

import (
	"golang.org/x/sys/unix"

	"runtimes.invalid/protocol"
	"runtimes.invalid/supervisor/metrics"
	"runtimes.invalid/supervisor/pool"
	"runtimes.invalid/supervisor/worker"
)

// workerStarted watches a new worker.
func (s *Server) workerStarted(w *worker.Handle) {
	s.controls[w.Control] = w
	if w.ID != 0 {
		s.processes[w.ID] = w
	}
	s.poller.watch(w.Control, unix.EPOLLIN, unix.EPOLL_CTL_ADD)
}

// startFailed ends the runtime if the function was never loaded; else another start follows (LIMITS-8).
// Only then the cause is asked for, because that may wait for the output (CONCURRENCY-2).
func (s *Server) startFailed(cause func() string) {
	if !s.drain.begun && !s.pool.Loaded {
		s.fail("the function can't be loaded: " + cause())
	}
}

// receiveMessages reads what a worker has sent.
func (s *Server) receiveMessages(w *worker.Handle) {
	for {
		count, _, err := unix.Recvfrom(w.Control, s.datagram, unix.MSG_DONTWAIT)
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN:
			return
		case err != nil || count == 0:
			s.forgetControl(w)
			if w.ID == 0 { // a forked one, of which nobody knows which process it was
				s.workerEnded(w, "it ended before it was ready")
			}
			return
		}
		message, err := protocol.Decode(s.datagram[:count])
		if err == nil && int(message.Slot) < len(w.Slots) {
			s.handle(w, message)
		}
	}
}

func (s *Server) forgetControl(w *worker.Handle) {
	s.poller.watch(w.Control, 0, unix.EPOLL_CTL_DEL)
	delete(s.controls, w.Control)
}

func (s *Server) handle(w *worker.Handle, message protocol.Message) {
	now, slot := protocol.Now(), int(message.Slot)
	switch message.Type {
	case protocol.Ready:
		s.workerReady(w, int(message.Number()), now)
	case protocol.Exiting: // FAILURE-4: at once, and not only when the process has ended
		word := w.Table.Slot(slot).Word()
		if word.IsRequest() && w.Table.Slot(slot).Take(word) {
			s.countCall(w.Table.Slot(slot), now, metrics.Failure)
			s.end(w, slot, word, 500, now)
		}
		s.pool.Retire(w, now, pool.AtOnce)
	case protocol.Replace:
		s.pool.Retire(w, now, pool.Unhurried)
	case protocol.ProbeReceived:
		s.answerWorkersProbe(w, slot, protocol.Probe(message.Number()))
	case protocol.Records:
		s.collect(w)
		s.journal.poke()
	}
}

func (s *Server) workerReady(w *worker.Handle, id int, now int64) {
	if w.ID == 0 { // forked by a template
		w.ID = id
		s.processes[id] = w
		if unix.Kill(id, 0) != nil { // it has ended, and was taken for an orphan
			s.workerEnded(w, "its process is gone")
			return
		}
	}
	s.pool.Ready(w, now)
	if s.listener < 0 {
		if err := s.listen(); err != nil {
			s.fail(err.Error())
		}
	}
	s.adjust(now)
	s.serveWaiting(now)
}
