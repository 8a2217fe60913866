package worker

import (
	"errors"
	"fmt"
	"net/http"
	"os"
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
	reserve(limitMemory(os.LookupEnv, os.ReadFile))
	server := newServer(loaded, call, shared, counters, incoming.retired)
	if _, err := incoming.control.Write([]byte("ready")); err != nil {
		refuse(err)
	}
	// Until here stderr went through the supervisor, which tells the cause of a failed start.
	_ = syscall.Dup3(table.StderrDescriptor, 2, 0)
	_ = server.http().Serve(incoming)
	os.Exit(0)
}

// http is the server under the function: net/http's own.
func (s *server) http() *http.Server {
	return &http.Server{
		Handler:     s,
		ConnContext: connContext,
		ConnState:   connState,
	}
}
