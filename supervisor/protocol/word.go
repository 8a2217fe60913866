package protocol

// State of a connection in a slot. Who loses a compare-and-swap keeps its hands off the connection.
type State uint8

// The states of a connection.
const (
	Free      State = iota // no connection
	Handed                 // given to the worker, nothing read
	Active                 // a request, nothing of its answer sent
	Answering              // its answer is being sent
	Idle                   // waits for the next request, nothing read
	Taken                  // the supervisor has it again
	Closed                 // the worker has closed it
)

// Phase of a request.
type Phase uint8

// The phases of a request.
const (
	Reading Phase = iota // head or body arrive
	Waiting              // whole, waits for its turn
	Calling              // the function executes
	Sending              // the call has ended
)

// Word is the only value of a slot that both sides compare and swap.
type Word uint32

// MakeWord packs a word.
func MakeWord(state State, phase Phase, sequence uint16) Word {
	return Word(state) | Word(phase)<<8 | Word(sequence)<<16
}

// State is in bits 0 to 7.
func (w Word) State() State { return State(w) }

// Phase is in bits 8 to 15.
func (w Word) Phase() Phase { return Phase(w >> 8) }

// Sequence counts the requests of the slot, in bits 16 to 31.
func (w Word) Sequence() uint16 { return uint16(w >> 16) }

// IsRequest tells whether the worker holds a request.
func (w Word) IsRequest() bool { return w.State() == Active || w.State() == Answering }

// IsUnread tells whether the worker has read nothing of the next request.
func (w Word) IsUnread() bool { return w.State() == Handed || w.State() == Idle }
