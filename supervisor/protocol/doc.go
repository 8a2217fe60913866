// Package protocol is the worker protocol of docs/worker-protocol.md: the table in shared memory
// with its slots and its ring of records, and the messages on the control socket.
//
// It needs the standard library only, because Go's worker is linked with it into the user's program.
// The structs here define the layout; the C header of the worker library is generated from them.
package protocol

//go:generate go run ./headergen ../library/protocol.h

// Version is the version of the protocol, in Header.Version.
const Version = 1

// Descriptors that a worker starts with.
const (
	ControlDescriptor = 3 // socket for messages
	TableDescriptor   = 4
	StderrDescriptor  = 5 // stderr of the container: duplicated to 2 when the worker is ready
)
