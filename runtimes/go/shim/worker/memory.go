package worker

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// headroom is how much the collector lets pile up at least before it runs, in bytes. A small function
// would be collected forty times a second under load otherwise, at an eighth of its time.
const headroom = 8 << 20

// ballast makes the collector take the heap for larger by `headroom`, and its goal with it; as nothing
// is ever written to it, it takes no memory.
var ballast []byte

// limitMemory lets the collector work harder rather than have the container killed; it gives the
// limit in bytes, or the greatest number where there is none.
func limitMemory(lookup func(string) (string, bool), read func(string) ([]byte, error)) int64 {
	if _, chosen := lookup("GOMEMLIMIT"); chosen {
		return debug.SetMemoryLimit(-1)
	}
	for _, file := range limits {
		content, _ := read(file)
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(content)), 10, 64); err == nil {
			debug.SetMemoryLimit(limit / 10 * 8)
			return limit / 10 * 8
		}
	}
	return math.MaxInt64
}

// limits are the files with the memory limit of a container, of cgroups v2 and v1. Without a limit, v2
// holds `max` and v1 a huge number.
var limits = [2]string{
	"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
}

// reserve takes the memory that will pile up at once, unless `limit` is tight: a container then
// needs from the start what it will need (IMAGE-10), and the first thousand requests don't wait for
// the system's pages.
func reserve(limit int64) {
	if limit < 8*headroom {
		return
	}
	ballast = make([]byte, headroom)
	touch(make([]byte, headroom+1<<20))
	// Otherwise the collector counts these pages as live heap, and waits until it has doubled.
	runtime.GC()
}

func touch(memory []byte) {
	for at := 0; at < len(memory); at += os.Getpagesize() {
		memory[at] = 1
	}
}
