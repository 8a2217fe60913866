// Command supervisor is the entry point of the image. It owns the listening socket, starts the
// workers that hold the function, and never executes the function's code itself.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"kubeless.invalid/shim/settings"
)

// terminationLog is where Kubernetes looks for the cause of an end.
const terminationLog = "/dev/termination-log"

func main() {
	runtime.LockOSThread() // the workers are told when the thread that has started them ends
	debug.SetGCPercent(20) // it keeps next to nothing, so collecting costs next to nothing
	loaded, err := settings.Load(os.LookupEnv)
	if err != nil {
		fail(err.Error())
	}
	if err := check(loaded); err != nil {
		fail(err.Error())
	}
	s, err := newSupervisor(loaded)
	if err != nil {
		fail(err.Error())
	}
	s.run()
}

// fail ends the runtime with a cause, which `kubectl get pod` will show too (LOAD-7).
func fail(cause string) {
	text := []byte("error: " + cause + "\n")
	_, _ = os.Stderr.Write(text)
	if file, err := os.OpenFile(terminationLog, os.O_WRONLY|os.O_TRUNC, 0); err == nil {
		_, _ = file.Write(text)
	}
	os.Exit(1)
}

// check finds out whether there is a compiled function (LOAD-1).
func check(loaded settings.Settings) error {
	if _, err := os.Stat(program(loaded)); err == nil {
		return nil
	}
	found := []string{}
	entries, _ := os.ReadDir(loaded.Volume)
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	return fmt.Errorf("module `%s` has not been compiled: `%s` does not exist; found: %s\nhint: run "+
		"the compilation phase first", loaded.Module, program(loaded), strings.Join(found, ", "))
}

func program(loaded settings.Settings) string { return loaded.Volume + "/server" }
