package protocol

import (
	"syscall"
	"time"
	"unsafe"
)

const monotonic = 1 // CLOCK_MONOTONIC

// The difference is found once, because the runtime reads its clock without a system call.
var (
	base   = time.Now()
	offset = system() - int64(time.Since(base))
)

// Now is CLOCK_MONOTONIC in nanoseconds, which all processes share.
func Now() int64 { return offset + int64(time.Since(base)) }

// At is Now at a moment that time.Now has given.
func At(moment time.Time) int64 { return offset + int64(moment.Sub(base)) }

// Time is the moment at which Now was `now`.
func Time(now int64) time.Time { return base.Add(time.Duration(now - offset)) }

func system() int64 {
	var value syscall.Timespec
	_, _, failure := syscall.Syscall(
		syscall.SYS_CLOCK_GETTIME, monotonic, uintptr(unsafe.Pointer(&value)), 0)
	if failure != 0 {
		panic("the monotonic clock can't be read: " + failure.Error())
	}
	return value.Nano()
}
