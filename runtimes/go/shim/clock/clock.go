// Package clock tells a time that all processes of a machine agree on and nobody can set.
package clock

import (
	"syscall"
	"time"
	"unsafe"
)

const monotonic = 1 // CLOCK_MONOTONIC

// Base is the moment at which the process began to tell the time.
var (
	Base   = time.Now()
	offset = system() - int64(time.Since(Base))
)

// Now is the system's monotonic time in nanoseconds.
func Now() int64 { return offset + int64(time.Since(Base)) }

// At is that time at a moment that time.Now has told.
func At(moment time.Time) int64 { return offset + int64(moment.Sub(Base)) }

func system() int64 {
	var value syscall.Timespec
	_, _, failure := syscall.Syscall(
		syscall.SYS_CLOCK_GETTIME, monotonic, uintptr(unsafe.Pointer(&value)), 0)
	if failure != 0 {
		panic("the monotonic clock can't be read: " + failure.Error())
	}
	return value.Nano()
}
