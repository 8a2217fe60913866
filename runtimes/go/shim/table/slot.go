package table

import (
	"sync/atomic"

	"kubeless.invalid/shim/accesslog"
)

// States of a connection, in Slot.State. The worker may only read from a connection, and only
// write to it, after it has moved the state itself; the supervisor takes it away by moving it to
// Taken. Whoever loses a compare-and-swap keeps its hands off.
const (
	Free      = uint32(iota)
	Handed    // the worker has been given the descriptor and has read nothing
	Active    // bytes of a request have been read, and none of its answer sent
	Answering // bytes of the answer have been sent
	Idle      // the worker waits for the next request and has read nothing of it
	Taken     // the supervisor has the connection again; the worker has yet to notice
	Closed    // the worker has ended the connection
	Gone      // the worker has let go of a taken connection
)

// Phases of a request, in Slot.Phase.
const (
	Reading = uint32(iota) // its head or its body is being read, or it waits for its turn
	Calling                // the function executes
	Sending                // the call has been counted, and the client takes the answer
)

// Over is the value of Slot.Deadline after the supervisor has ended the request.
const Over = int64(-1)

// Slot is one connection of a worker; it is exactly slotBytes long and lies in shared memory.
type Slot struct {
	State    atomic.Uint32
	Phase    atomic.Uint32
	Requests atomic.Uint32 // begun on this connection
	Status   atomic.Uint32 // of the answer that has begun; 0: none
	lengths  [6]uint16     // of the fields of the request, in `text`
	address  [46]byte
	extent   uint8        // of the address
	origin   bool         // the request has an Origin header
	Deadline atomic.Int64 // clock.Now() at which the request must have ended; 0: none
	Started  atomic.Int64 // clock.Now() at the start of the request
	text     [slotBytes - 96]byte
}

// bounds of the fields of a request: method, target, protocol, referer, user agent, trace ID.
var bounds = [6]int{16, 480, 10, 192, 192, 32}

// SetAddress notes the client's address.
func (s *Slot) SetAddress(address string) { s.extent = uint8(copy(s.address[:], address)) }

// Address is the client's address.
func (s *Slot) Address() string { return string(s.address[:s.extent]) }

// SetRequest notes what the access log needs to know of a request; overlong fields are cut.
func (s *Slot) SetRequest(entry *accesslog.Entry) {
	fields := [6]string{
		entry.Method, entry.Target, entry.Protocol, entry.Referer, entry.Agent, entry.Trace,
	}
	at := 0
	for index, field := range fields {
		length := copy(s.text[at:], field[:min(len(field), bounds[index])])
		s.lengths[index] = uint16(length)
		at += length
	}
	s.origin = entry.CrossOrigin
}

// ForgetRequest ends what SetRequest has begun: the request has been logged.
func (s *Slot) ForgetRequest() { s.lengths[0] = 0 }

// Begin notes a request that nothing is known of but what SetRequest says, begun at `now`.
func (s *Slot) Begin(entry *accesslog.Entry, now int64) {
	s.SetRequest(entry)
	s.Phase.Store(Reading)
	s.Status.Store(0)
	s.Started.Store(now)
}

// Request is what SetRequest has noted, and whether there is such a request.
func (s *Slot) Request() (accesslog.Entry, bool) {
	fields := [6]string{}
	at := 0
	for index := range fields {
		end := min(at+int(s.lengths[index]), len(s.text))
		fields[index] = string(s.text[at:end])
		at = end
	}
	return accesslog.Entry{
		Address: s.Address(), Method: fields[0], Target: fields[1], Protocol: fields[2],
		Referer: fields[3], Agent: fields[4], Trace: fields[5], CrossOrigin: s.origin,
	}, fields[0] != ""
}
