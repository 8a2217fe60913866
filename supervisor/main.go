// Command supervisor is process 1 of an image: it starts the workers that hold the function, and never
// executes the function's code itself. Its argument is the path of runtime.json.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"runtimes.invalid/supervisor/launch"
	"runtimes.invalid/supervisor/pool"
	"runtimes.invalid/supervisor/serve"
	"runtimes.invalid/supervisor/settings"
	"runtimes.invalid/supervisor/worker"
)

// terminationLog is where Kubernetes looks for the cause of an end.
const terminationLog = "/dev/termination-log"

const (
	cannotLoad = 1 // exit code if the function can't be loaded (LOAD-14)
	badSetting = 2 // exit code of a bad setting (LOAD-11)
)

func main() {
	debug.SetGCPercent(20) // it keeps next to nothing, so collecting costs next to nothing
	if len(os.Args) != 2 {
		fail(badSetting, "one argument is needed, the path of runtime.json")
	}
	runtime, err := launch.Load(os.Args[1])
	if err != nil {
		fail(badSetting, err.Error())
	}
	loaded, err := settings.Load(os.LookupEnv)
	if err != nil {
		fail(badSetting, err.Error())
	}
	arguments := runtime.Arguments(loaded.Text, os.Getenv)
	err = runtime.Check(arguments[0], loaded.Text("MOD_NAME"), loaded.Text("KUBELESS_INSTALL_VOLUME"))
	if err != nil {
		fail(cannotLoad, err.Error())
	}
	factory, err := worker.NewFactory()
	if err != nil {
		fail(cannotLoad, err.Error())
	}
	factory.Arguments = arguments
	if runtime.Path == "request" {
		factory.Arguments = append([]string{relay()}, arguments...)
	}
	factory.Environment = runtime.Variables(os.Environ(), os.Getenv)
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) // LIFECYCLE-7, where this isn't process 1
	server, err := serve.New(loaded, shapeOf(runtime, loaded), factory, runtime.Template,
		func(cause string) { fail(cannotLoad, cause) }, func() { os.Exit(0) })
	if err != nil {
		fail(cannotLoad, err.Error())
	}
	server.Run()
}

// relay is the program beside this one that serves requests by an HTTP server.
func relay() string {
	own, err := os.Executable()
	if err != nil {
		fail(cannotLoad, err.Error())
	}
	return filepath.Join(filepath.Dir(own), "relay")
}

// shapeOf is how the calls are spread over workers. A relay leaves unread what it can't begin, as a worker
// of kind `one` does, though its server executes many calls.
func shapeOf(runtime launch.Runtime, loaded settings.Settings) pool.Shape {
	total, calls := loaded.Workers, loaded.CallsPerWorker
	one := runtime.Kind == "one" || runtime.Path == "request"
	if one {
		total = min(total, loaded.Concurrency) // CONCURRENCY-4
	}
	if calls == 0 && runtime.Kind == "one" {
		calls = 1
	} else if calls == 0 {
		calls = total
	}
	return pool.ShapeOf(one, total, calls, runtime.MostCalls)
}

// fail ends the runtime with a cause, which `kubectl get pod` will show too (LOAD-7).
func fail(code int, cause string) {
	text := []byte(fmt.Sprintf("error: %s\n", cause))
	_, _ = os.Stderr.Write(text)
	if file, err := os.OpenFile(terminationLog, os.O_WRONLY|os.O_TRUNC, 0); err == nil {
		_, _ = file.Write(text)
	}
	os.Exit(code)
}
