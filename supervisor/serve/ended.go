package serve

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/head"
	"runtimes.invalid/supervisor/connection"
	"runtimes.invalid/supervisor/processtree"
	"runtimes.invalid/supervisor/worker"
)

// reap takes note of processes that have ended, those included that a function has left behind
// (LIFECYCLE-7).
func (s *Server) reap() {
	for {
		var status unix.WaitStatus
		id, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil || id <= 0 {
			return
		}
		if w := s.processes[id]; w != nil {
			s.receiveMessages(w) // what it has said before its end still counts
			s.workerEnded(w, describe(status))
		} else if s.template.isProcess(id) {
			s.templateEnded(describe(status))
		}
	}
}

func describe(status unix.WaitStatus) string {
	if status.Signaled() {
		return "signal " + status.Signal().String()
	}
	return fmt.Sprintf("exit status %d", status.ExitStatus())
}

// workerEnded cleans up after a worker, and has another one take its place (FAILURE-7).
func (s *Server) workerEnded(w *worker.Handle, how string) {
	if w.Ended {
		return
	}
	w.Ended = true
	delete(s.processes, w.ID)
	if s.controls[w.Control] == w {
		s.forgetControl(w)
	}
	if w.Killed == 0 && w.ID != 0 {
		processtree.KillRest(w.ID)
		if w.Ready && !w.Leaving && !s.drain.begun {
			fmt.Fprintf(os.Stderr, "error: the function has ended its process: %s\n", how)
		}
	}
	now := protocol.Now()
	s.pool.Remove(w, now, func() string { return w.Cause(how) })
	s.answerFor(w, now)
	w.Close()
	s.serveWaiting(now)
	s.adjust(now)
}

// answerFor ends the requests of a dead worker by the table in docs/worker-protocol.md.
func (s *Server) answerFor(w *worker.Handle, now int64) {
	s.eachRecord(w, true, func(record *protocol.Record, use *worker.SlotUse) {
		slot := w.Table.Slot(int(record.Slot))
		word, c := slot.Word(), use.Connection
		isSending := word.State() == protocol.Answering && word.Sequence() == record.Sequence
		if c != nil && isSending && s.nothingSent(slot, c) {
			s.answerInstead(c, slot, record)
			use.Release(now)
		}
		s.note(record, now)
	})
	for _, number := range append([]int{}, w.Used...) {
		if w.Slots[number].Connection != nil {
			s.answerForSlot(w, number, now)
		}
	}
}

// nothingSent tells whether no byte of an answer has left: the kernel knows.
func (s *Server) nothingSent(slot *protocol.Slot, c *connection.Connection) bool {
	return slot.Status.Load() == 0 || c.Sent() <= slot.Sent.Load()
}

// answerInstead answers 500 in place of an answer that is in the records and was never sent.
func (s *Server) answerInstead(c *connection.Connection, slot *protocol.Slot, record *protocol.Record) {
	record.Status, record.Outcome = 500, protocol.FailedCall
	bytes, sent := s.send(c, slot.Flags(), 500)
	record.Bytes = bytes
	if sent {
		s.linger(c)
		return
	}
	s.drop(c)
}

func (s *Server) answerForSlot(w *worker.Handle, number int, now int64) {
	slot, use := w.Table.Slot(number), &w.Slots[number]
	word := slot.Word()
	switch word.State() {
	case protocol.Handed, protocol.Idle: // nothing has been read: another worker serves it
		s.takeBack(use.Release(now), word.State() == protocol.Handed, false)
		return
	case protocol.Active, protocol.Answering:
	default:
		s.release(slot, use, now)
		return
	}
	if use.Recorded == worker.MarkOf(word.Sequence()) {
		s.finish(slot, use.Release(now))
		return
	}
	if which, isProbe := probeOf(slot); isProbe && word.State() == protocol.Active {
		answer := s.probe(which)
		answer.Close = true
		c := use.Release(now)
		c.Write(answer.Bytes())
		s.linger(c)
		return
	}
	// OBSERVABILITY-4: the call may have begun or not, its client gets 500.
	status, outcome := s.fate(w, word, slot.Deadline.Load(), now)
	if word.State() == protocol.Answering && s.nothingSent(slot, use.Connection) {
		word = protocol.MakeWord(protocol.Active, word.Phase(), word.Sequence())
	}
	s.countCall(slot, now, outcome)
	s.end(w, number, word, status, now)
}

// finish ends an answer that has been logged: none of it was sent, or all, or its last part is missing.
func (s *Server) finish(slot *protocol.Slot, c *connection.Connection) {
	switch {
	case s.nothingSent(slot, c):
		s.send(c, slot.Flags(), 500)
		s.linger(c)
	case slot.End.Load() != 0 && c.Sent() == slot.End.Load():
		s.takeBack(c, false, false)
	default:
		s.linger(c)
	}
}

// probeOf tells whether the request in a slot is a probe.
func probeOf(slot *protocol.Slot) (protocol.Probe, bool) {
	texts, request := slot.Texts(), head.Head{}
	request.Read([]byte("GET "+texts[protocol.Target]+" HTTP/1.1\r\nHost: localhost\r\n\r\n"), 0)
	return protocol.Probe(request.Probe - head.Health), request.Probe != head.NoProbe
}
