package worker

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// niceness of the workers: where all want the CPU, the supervisor comes first (CONCURRENCY-3).
const niceness = 5

// starter starts processes on a thread of its own. The kernel sends a worker SIGKILL when the thread
// that has started it ends, so that thread must never end before the supervisor. Workers inherit its
// niceness.
type starter struct {
	orders  chan order
	results chan result
}

type order struct {
	program   string
	arguments []string
	attr      *syscall.ProcAttr
}

type result struct {
	id  int
	err error
}

func newStarter() *starter {
	s := &starter{make(chan order), make(chan result)}
	go func() {
		runtime.LockOSThread()
		_ = unix.Setpriority(unix.PRIO_PROCESS, 0, niceness)
		for one := range s.orders {
			id, err := syscall.ForkExec(one.program, one.arguments, one.attr)
			s.results <- result{id, err}
		}
	}()
	return s
}

// start starts a process and returns its ID.
func (s *starter) start(arguments, environment []string, files []uintptr) (int, error) {
	s.orders <- order{arguments[0], arguments, &syscall.ProcAttr{
		Env: environment, Files: files,
		Sys: &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL},
	}}
	done := <-s.results
	if done.err == nil {
		preferForKill(done.id)
	}
	return done.id, done.err
}

// preferForKill has the kernel end this process and what it forks when memory runs out, and not the
// supervisor, which answers for them (FAILURE-9). Where the kernel refuses, its own choice stands.
func preferForKill(id int) {
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/oom_score_adj", id), []byte("1000"), 0)
}
