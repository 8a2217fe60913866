package protocol

import "sync/atomic"

// SlotBytes is the size of a slot.
const SlotBytes = 2048

// Slot is one connection of a worker. It lies in shared memory.
type Slot struct {
	word     atomic.Uint32
	Status   atomic.Uint32 // of the answer whose bytes are being sent; 0: none sent
	Deadline atomic.Int64  // Now() by which the phase must have ended; 0: none
	Began    atomic.Int64  // Now() when the request was received; 0 in HANDED: not known
	Called   atomic.Int64  // Now() when the call began; 0: no call
	lengths  [TextCount]uint16
	flags    Flags
	_        byte
	address  [48]byte
	method   [16]byte
	version  [16]byte
	trace    [32]byte
	target   [1024]byte
	referer  [384]byte
	agent    [384]byte
	Sent     atomic.Int64 // bytes that this worker has sent on the connection before this answer
	End      atomic.Int64 // Sent when this answer is whole; 0: not known, or bytes of the next request were read
	_        [80]byte
}

// Word is the present word.
func (s *Slot) Word() Word { return Word(s.word.Load()) }

func (s *Slot) swap(from, to Word) bool { return s.word.CompareAndSwap(uint32(from), uint32(to)) }

// Hand moves FREE to HANDED, for the supervisor, after Describe. The message CONNECTION follows.
func (s *Slot) Hand() bool {
	word := s.Word()
	return word.State() == Free && s.swap(word, MakeWord(Handed, Reading, word.Sequence()))
}

// Take moves the slot to TAKEN if it still has the word, for the supervisor.
func (s *Slot) Take(word Word) bool {
	return s.swap(word, MakeWord(Taken, word.Phase(), word.Sequence()))
}

// Release frees the slot, for the supervisor: its worker has closed the connection, has ended, or was
// never told of it.
func (s *Slot) Release() {
	s.word.Store(uint32(MakeWord(Free, Reading, s.Word().Sequence())))
}

// Begin moves HANDED, IDLE or (for a pipelined request) ANSWERING to ACTIVE, for the worker, before it
// reads. The request begins at `now`, unless the supervisor has received it before, and must have been read
// by `deadline`.
func (s *Slot) Begin(now, deadline int64) bool {
	word := s.Word()
	if word.State() != Handed && word.State() != Idle && word.State() != Answering {
		return false
	}
	if word.State() != Handed {
		s.Forget()
	}
	if word.State() != Handed || s.Began.Load() == 0 {
		s.Began.Store(now)
	}
	s.Status.Store(0)
	s.Called.Store(0)
	s.End.Store(0)
	s.Deadline.Store(deadline)
	return s.swap(word, MakeWord(Active, Reading, word.Sequence()+1))
}

// Rest moves ANSWERING to IDLE, for the worker, before it waits for the next request. It also moves
// ACTIVE in phase READING to IDLE if there was nothing to read.
func (s *Slot) Rest() bool {
	word := s.Word()
	if word.State() != Answering && (word.State() != Active || word.Phase() != Reading) {
		return false
	}
	s.Deadline.Store(0)
	return s.swap(word, MakeWord(Idle, Reading, word.Sequence()))
}

// Enter moves an ACTIVE request to a phase that must have ended by `deadline`, for the worker. The call
// begins at `now` if the phase is CALLING.
func (s *Slot) Enter(phase Phase, now, deadline int64) bool {
	word := s.Word()
	if word.State() != Active {
		return false
	}
	if phase == Calling {
		s.Called.Store(now)
	}
	s.Deadline.Store(deadline)
	return s.swap(word, MakeWord(Active, phase, word.Sequence()))
}

// Stream moves ACTIVE to ANSWERING while the call goes on, for the worker, before the first byte of an
// answer of `status`. The deadline stays that of the call.
func (s *Slot) Stream(status int) bool {
	word := s.Word()
	if word.State() != Active {
		return false
	}
	s.Status.Store(uint32(status))
	return s.swap(word, MakeWord(Answering, word.Phase(), word.Sequence()))
}

// Send moves ACTIVE, or ANSWERING whose stream has ended, to ANSWERING in phase SENDING, for the
// worker. The client must have taken the answer by `deadline`. The record follows, then the last byte.
func (s *Slot) Send(deadline int64) bool {
	word := s.Word()
	if !word.IsRequest() {
		return false
	}
	s.Deadline.Store(deadline)
	return s.swap(word, MakeWord(Answering, Sending, word.Sequence()))
}

// Close moves the slot to CLOSED, for the worker, before it closes its descriptor. False if the
// supervisor has taken the connection: LeaveTaken follows the close of the descriptor.
func (s *Slot) Close() bool {
	word := s.Word()
	return (word.IsRequest() || word.IsUnread()) &&
		s.swap(word, MakeWord(Closed, word.Phase(), word.Sequence()))
}

// LeaveTaken moves TAKEN to FREE, for the worker, after it has closed its descriptor.
func (s *Slot) LeaveTaken() bool {
	word := s.Word()
	return word.State() == Taken && s.swap(word, MakeWord(Free, Reading, word.Sequence()))
}
