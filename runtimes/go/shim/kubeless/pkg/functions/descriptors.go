package functions

import "syscall"

// firstDescriptor and lastDescriptor bound what the supervisor gives a worker (package table).
const firstDescriptor, lastDescriptor = 3, 6

// TIMEOUT-10: a child of the function inherits none of them. This runs before any code of the
// function, which imports this package: a variable of its own may start a process already.
func init() {
	for descriptor := firstDescriptor; descriptor <= lastDescriptor; descriptor++ {
		syscall.CloseOnExec(descriptor)
	}
}
