package protocol

import (
	"encoding/binary"
	"fmt"
	"syscall"
)

// MessageType is the first number of a message.
type MessageType uint32

// The messages from a worker.
const (
	Ready         MessageType = 1 + iota // payload: u32 process ID
	Exiting                              // the call in this slot wants to end the process
	Replace                              // start a successor, then retire this worker
	ProbeReceived                        // payload: u32 Probe, in the slot of a worker
	Records                              // the ring has records, and its reader slept
)

// The messages from the supervisor.
const (
	Connection  MessageType = 16 + iota // a descriptor: serve the connection in this slot
	LetGo                               // the connection in this slot was taken while idle
	StopCall                            // this slot's call has passed its deadline
	Retire                              // no further connection comes
	ProbeAnswer                         // payload: u32 status, body; for ProbeReceived of this slot
	Fork                                // two descriptors, control and table; template only
)

// Probe is a path that the supervisor answers.
type Probe uint32

// The probes.
const (
	ProbeHealth    Probe = iota // /healthz
	ProbeReadiness              // /readyz
	ProbeMetrics                // /metrics
)

// MessageBytes is the most that a datagram holds.
const MessageBytes = 64 << 10

// Message is one datagram on the control socket.
type Message struct {
	Type    MessageType
	Slot    uint32
	Payload []byte
}

// Append adds the message to `buffer`.
func (m Message) Append(buffer []byte) []byte {
	buffer = binary.NativeEndian.AppendUint32(buffer, uint32(m.Type))
	buffer = binary.NativeEndian.AppendUint32(buffer, m.Slot)
	return append(buffer, m.Payload...)
}

// Number is the first number of the payload, 0 if there is none.
func (m Message) Number() uint32 {
	if len(m.Payload) < 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(m.Payload)
}

// Decode reads a datagram. The payload is valid as long as the datagram is.
func Decode(datagram []byte) (Message, error) {
	if len(datagram) < 8 {
		return Message{}, fmt.Errorf("a message of `%d` bytes is too short", len(datagram))
	}
	return Message{
		Type:    MessageType(binary.NativeEndian.Uint32(datagram)),
		Slot:    binary.NativeEndian.Uint32(datagram[4:]),
		Payload: datagram[8:],
	}, nil
}

// Number is a payload of one number.
func Number(value uint32) []byte { return binary.NativeEndian.AppendUint32(nil, value) }

// Descriptors are the descriptors in the control data that came with a message.
func Descriptors(rights []byte) []int {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil {
		return nil
	}
	found := []int{}
	for index := range messages {
		if some, err := syscall.ParseUnixRights(&messages[index]); err == nil {
			found = append(found, some...)
		}
	}
	return found
}
