package worker

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"

	"kubeless.invalid/shim/metrics"
	"kubeless.invalid/shim/settings"
	"kubeless.invalid/shim/table"
)

// Main serves a function until the supervisor ends it.
func Main(function Function) {
	loaded, err := settings.Load(os.LookupEnv)
	if err != nil {
		refuse(err)
	}
	if err := function.check(loaded); err != nil {
		refuse(err)
	}
	call, err := bind(function.Handler)
	if err != nil {
		refuse(fmt.Errorf("handler `%s` can't be called: it %w", function.Name, err))
	}
	for descriptor := table.ControlDescriptor; descriptor <= table.StderrDescriptor; descriptor++ {
		syscall.CloseOnExec(descriptor) // TIMEOUT-10: a child of the function inherits none of them
	}
	shared, err := table.Map(table.TableDescriptor, loaded.Concurrency)
	if err != nil {
		refuse(errors.New("a function is served by its supervisor, and not started by hand"))
	}
	counters, err := metrics.Map(table.CountersDescriptor)
	if err != nil {
		refuse(err)
	}
	incoming, err := newListener(table.ControlDescriptor, shared)
	if err != nil {
		refuse(err)
	}
	limitMemory(os.LookupEnv, os.ReadFile)
	touchMemory()
	server := newServer(loaded, call, shared, counters, incoming.retired)
	if _, err := incoming.control.Write([]byte("ready")); err != nil {
		refuse(err)
	}
	// Until here stderr went through the supervisor, which tells the cause of a failed start.
	_ = syscall.Dup3(table.StderrDescriptor, 2, 0)
	_ = server.http().Serve(incoming)
	os.Exit(0)
}

// limitMemory lets the collector work harder rather than have the container killed.
func limitMemory(lookup func(string) (string, bool), read func(string) ([]byte, error)) {
	if _, chosen := lookup("GOMEMLIMIT"); chosen {
		return
	}
	content, err := read("/sys/fs/cgroup/memory.max")
	if err != nil {
		return
	}
	if limit, err := strconv.ParseInt(strings.TrimSpace(string(content)), 10, 64); err == nil {
		debug.SetMemoryLimit(limit / 10 * 8)
	}
}

// firstHeap is how far the heap grows before the collector runs for the first time, in bytes.
const firstHeap = 4 << 20

// touchMemory takes that memory at once: a container then needs from the start what it will need
// (IMAGE-10), and the first thousand requests don't wait for the system's pages.
func touchMemory() {
	memory := make([]byte, firstHeap)
	for at := 0; at < len(memory); at += os.Getpagesize() {
		memory[at] = 1
	}
	runtime.KeepAlive(memory)
}

// http is the server under the function: net/http's own.
func (s *server) http() *http.Server {
	return &http.Server{
		Handler:     s,
		ConnContext: connContext,
		ConnState:   connState,
	}
}
