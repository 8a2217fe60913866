// Package worker starts workers and talks to them. A Handle is a worker as the supervisor sees it.
package worker

import (
	"golang.org/x/sys/unix"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/head"
	"runtimes.invalid/supervisor/connection"
	"runtimes.invalid/supervisor/processtree"
)

// Handle is a worker: a process, its control socket, its table, and the connections in it.
type Handle struct {
	ID      int // process ID; 0 while a forked worker has not told it
	Control int // descriptor of the control socket
	Table   *protocol.Table
	Slots   []SlotUse // by slot
	Used    []int     // slots
	Held    []byte    // records of answers that were about to be sent
	free    []int
	startup *capture

	Ready      bool
	Retired    int64 // protocol.Now() since when it gets no connections; 0: it is not
	ReplaceBy  int64 // when it is retired, whether there is a successor or not; 0: it is not to be replaced
	Leaving    bool  // the pool doesn't need it: it exits by itself
	Killed     int64 // 0: it is not
	Ended      bool
	Overdue    bool  // killed because a call has passed its deadline
	Busy       bool  // holds a request, as of the last scan
	Executing  bool  // holds a call that has begun or waits for its turn, and has time left, as of the last scan
	Stuck      bool  // does not listen, as of the last scan
	AloneUntil int64 // no further connection shares it before
	LastCall   int64 // duration of its last call; 0: not known
	IdleSince  int64
}

// SlotUse is what the supervisor knows of a slot in use.
type SlotUse struct {
	Connection *connection.Connection // nil once it has been taken back
	Sequence   uint16                 // as of the last scan
	IdleSince  int64                  // protocol.Now()
	TakenAt    int64
	Untold     bool // the worker's socket was full: LET_GO has to be sent
	Recorded   Mark // the request whose record has come
	Ended      Mark // the request that the supervisor has logged in the worker's place
}

// Record notes that the record of a request has come; false if the supervisor has logged that request.
func (u *SlotUse) Record(sequence uint16) bool {
	u.Recorded = MarkOf(sequence)
	wanted := u.Ended != u.Recorded
	u.Ended = 0 // sequences come again, and those of one slot come in order
	return wanted
}

// Mark names a request of a slot by its sequence; 0: none.
type Mark uint32

// MarkOf makes the mark of a request.
func MarkOf(sequence uint16) Mark { return Mark(sequence) + 1 }

// Release takes the connection back.
func (u *SlotUse) Release(now int64) *connection.Connection {
	released := u.Connection
	u.Connection, u.TakenAt = nil, now
	return released
}

// Room tells whether a slot is free.
func (h *Handle) Room() bool { return len(h.free) > 0 }

// Hand gives a connection to the worker; false if the worker can't take one now. What its head says is
// noted, so that its request is counted and logged though the worker should end before it has read it
// (OBSERVABILITY-3).
func (h *Handle) Hand(c *connection.Connection, request *head.Head) bool {
	if !h.Room() {
		return false
	}
	number := h.free[len(h.free)-1]
	slot := h.Table.Slot(number)
	c.HandedOver()
	texts := TextsOf(c, request)
	slot.Describe(&texts, FlagsOf(request))
	slot.Began.Store(c.Received)
	slot.Deadline.Store(0)
	slot.Called.Store(0)
	slot.Status.Store(0)
	slot.Sent.Store(0)
	slot.End.Store(0)
	if !slot.Hand() {
		return false
	}
	if !h.Send(protocol.Connection, number, nil, c.Descriptor) {
		slot.Release()
		return false
	}
	h.free = h.free[:len(h.free)-1]
	h.Used = append(h.Used, number)
	use := &h.Slots[number]
	use.Connection, use.Sequence, use.IdleSince, use.Untold = c, slot.Word().Sequence(), 0, false
	return true
}

// TextsOf are the texts of a request.
func TextsOf(c *connection.Connection, request *head.Head) protocol.Texts {
	return protocol.Texts{
		protocol.Address: c.Address, protocol.Method: request.Method,
		protocol.HTTPVersion: request.Protocol, protocol.TraceID: request.TraceID,
		protocol.Target: request.Target, protocol.Referer: request.Referer,
		protocol.UserAgent: request.UserAgent,
	}
}

// FlagsOf are the flags of a request.
func FlagsOf(request *head.Head) protocol.Flags {
	flags := protocol.Flags(0)
	if request.Method == "HEAD" {
		flags |= protocol.FlagHead
	}
	if request.CrossOrigin {
		flags |= protocol.FlagCrossOrigin
	}
	return flags
}

// GiveBack makes a used slot free, by its place in Used; the last one takes that place.
func (h *Handle) GiveBack(place int) {
	h.free = append(h.free, h.Used[place])
	h.Used[place] = h.Used[len(h.Used)-1]
	h.Used = h.Used[:len(h.Used)-1]
}

// Send sends a message, and never waits; false if the worker does not take it now.
func (h *Handle) Send(kind protocol.MessageType, slot int, payload []byte, descriptors ...int) bool {
	datagram := protocol.Message{Type: kind, Slot: uint32(slot), Payload: payload}.Append(nil)
	rights := []byte(nil)
	if len(descriptors) > 0 {
		rights = unix.UnixRights(descriptors...)
	}
	flags := unix.MSG_DONTWAIT | unix.MSG_NOSIGNAL
	return unix.Sendmsg(h.Control, datagram, rights, nil, flags) == nil
}

// LetGo wakes a worker that is asleep on a taken connection, or it would keep the slot until the client's
// next request (CONCURRENCY-7).
func (h *Handle) LetGo(number int) {
	h.Slots[number].Untold = !h.Send(protocol.LetGo, number, nil)
}

// Started notes that the worker has loaded the function: the cause of a failed start is no longer needed.
func (h *Handle) Started() {
	h.Ready = true
	h.startup.stop()
}

// Cause is why the start has failed.
func (h *Handle) Cause(fallback string) string { return h.startup.cause(fallback) }

// Kill ends the worker and all processes that it has started.
func (h *Handle) Kill(now int64) {
	if h.Killed != 0 || h.ID == 0 {
		return
	}
	h.Killed = now
	processtree.Kill(h.ID)
}

// Close gives back what the supervisor holds of a worker that has ended.
func (h *Handle) Close() {
	_ = unix.Close(h.Control)
	if h.Table != nil {
		h.Table.Unmap()
	}
}
