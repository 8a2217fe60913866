// Command fakeworker is a worker of the protocol for the tests of the supervisor. Its arguments are the
// kind (one, many) or `template`, and then what goes wrong: `fails` (does not load).
package main

import (
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/protocoltest"
)

func main() {
	kind := os.Args[1]
	if slices.Contains(os.Args, "fails") {
		fmt.Fprintln(os.Stderr, "error: expected load failure\nhint: none")
		os.Exit(1)
	}
	if file := os.Getenv("FAKE_FAILS_WHILE"); file != "" {
		if _, err := os.Stat(file); err == nil {
			os.Exit(1)
		}
	}
	switch kind {
	case "template":
		end(template())
	case "between": // the child of the template: its own child becomes the supervisor's
		_, err := start("one", true)
		end(err)
	}
	worker, err := protocoltest.NewWorker(kind == "one")
	if err == nil {
		err = worker.Run()
	}
	end(err)
}

func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// template starts a worker for each FORK, since a Go program can't fork.
func template() error {
	_ = syscall.Dup3(protocol.StderrDescriptor, 2, 0)
	ready := protocol.Message{Type: protocol.Ready, Payload: protocol.Number(uint32(os.Getpid()))}
	if err := syscall.Sendmsg(protocol.ControlDescriptor, ready.Append(nil), nil, nil, 0); err != nil {
		return err
	}
	datagram, rights := make([]byte, protocol.MessageBytes), make([]byte, 256)
	for {
		count, extent, _, _, err := syscall.Recvmsg(protocol.ControlDescriptor, datagram, rights, 0)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || count == 0 {
			return err
		}
		descriptors := protocol.Descriptors(rights[:extent])
		for index, descriptor := range descriptors {
			syscall.CloseOnExec(descriptor)
			_ = index
		}
		id, err := startWith("between", false, descriptors[0], descriptors[1])
		if err != nil {
			return err
		}
		for _, descriptor := range descriptors {
			_ = syscall.Close(descriptor)
		}
		_, _ = syscall.Wait4(id, nil, 0, nil)
		time.Sleep(0)
	}
}

func start(kind string, session bool) (int, error) {
	return startWith(kind, session, protocol.ControlDescriptor, protocol.TableDescriptor)
}

func startWith(kind string, session bool, control, table int) (int, error) {
	return syscall.ForkExec("/proc/self/exe", []string{"fakeworker", kind}, &syscall.ProcAttr{
		Env: os.Environ(), Files: []uintptr{0, 1, 2, uintptr(control), uintptr(table), 2},
		Sys: &syscall.SysProcAttr{Setsid: session},
	})
}
