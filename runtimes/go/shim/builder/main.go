// Command builder is both phases of the install image: it is called `install-dependencies` or
// `compile-function`.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

const (
	terminationLog = "/dev/termination-log"
	mostLogged     = 4000 // bytes; Kubernetes shows no more
)

func main() {
	phases := map[string]func(settings, string) error{
		"install-dependencies": install,
		"compile-function":     compile,
	}
	phase, found := phases[filepath.Base(os.Args[0])]
	if !found {
		fail(fmt.Errorf("there is no phase `%s`", os.Args[0]))
	}
	work, err := os.MkdirTemp("", "function-")
	if err != nil {
		fail(err)
	}
	loaded, err := load(os.LookupEnv)
	if err == nil {
		err = phase(loaded, work)
	}
	_ = os.RemoveAll(work)
	if err != nil {
		fail(err)
	}
}

// fail ends the phase; `kubectl get pod` shows the message too.
func fail(err error) {
	message := []byte(err.Error() + "\n")
	_, _ = os.Stderr.Write(message)
	if file, problem := os.OpenFile(terminationLog, os.O_WRONLY|os.O_TRUNC, 0); problem == nil {
		_, _ = file.Write(message[:min(len(message), mostLogged)])
	}
	os.Exit(1)
}
