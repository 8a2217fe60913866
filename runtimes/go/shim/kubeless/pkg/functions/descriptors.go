package functions

import "syscall"

// firstDescriptor and lastDescriptor bound what the supervisor gives a worker (docs/worker-protocol.md).
const firstDescriptor, lastDescriptor = 3, 5

// TIMEOUT-10: a child of the function inherits none of them. This runs before any code of the function,
// which imports this package, because the function may start a process while it initialises a variable.
func init() {
	for descriptor := firstDescriptor; descriptor <= lastDescriptor; descriptor++ {
		syscall.CloseOnExec(descriptor)
	}
}
