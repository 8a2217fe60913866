package protocol

import "unsafe"

// Text is one of the texts that describe a request, for the access log and the metrics.
type Text int

// The texts, in the order of their lengths.
const (
	Address Text = iota
	Method
	HTTPVersion
	TraceID
	Target
	Referer
	UserAgent
	TextCount = iota
)

// TextBounds are the most bytes that a slot keeps of each text.
var TextBounds = [TextCount]int{48, 16, 16, 32, 1024, 384, 384}

// Texts describe a request.
type Texts [TextCount]string

// Flags of a request.
type Flags uint8

// The flags of a request.
const (
	FlagHead        Flags = 1 << iota // the method is HEAD: an answer has no body
	FlagCrossOrigin                   // an answer has to allow an origin (RESPONSE-14)
	FlagReset                         // the supervisor closes by RST, because the answer must not look whole
	FlagLinger                        // the supervisor goes on reading for 10 s, so that the client can read a refusal
)

// AddFlag adds a flag to the request.
func (s *Slot) AddFlag(flag Flags) { s.flags |= flag }

// Flags are the flags of the request.
func (s *Slot) Flags() Flags { return s.flags }

func (s *Slot) field(text Text) []byte {
	switch text {
	case Address:
		return s.address[:]
	case Method:
		return s.method[:]
	case HTTPVersion:
		return s.version[:]
	case TraceID:
		return s.trace[:]
	case Target:
		return s.target[:]
	case Referer:
		return s.referer[:]
	}
	return s.agent[:]
}

// Describe notes the flags and the texts of a request, each cut at its bound. An empty address leaves
// the one that is there.
func (s *Slot) Describe(texts *Texts, flags Flags) {
	for index, text := range texts {
		if index != int(Address) || text != "" {
			s.lengths[index] = uint16(copy(s.field(Text(index)), text))
		}
	}
	s.flags = flags
}

// Forget takes back what Describe has noted, except the address.
func (s *Slot) Forget() {
	s.flags = 0
	for index := 1; index < TextCount; index++ {
		s.lengths[index] = 0
	}
}

// Texts are the texts that describe the request. The memory is the worker's: it may hold anything.
func (s *Slot) Texts() Texts {
	texts := Texts{}
	for index := range texts {
		field := s.field(Text(index))
		texts[index] = string(field[:min(int(s.lengths[index]), len(field))])
	}
	return texts
}

// View is Texts without copies, for the worker: the texts change with the next Describe.
func (s *Slot) View() Texts {
	texts := Texts{}
	for index := range texts {
		if length := s.lengths[index]; length > 0 {
			texts[index] = unsafe.String(&s.field(Text(index))[0], int(length))
		}
	}
	return texts
}
