// Command supervisor is process 1 of the Java runtime: see supervisor.go.
package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	debug.SetGCPercent(400)
	settings, problems := readSettings(os.Environ())
	if len(problems) > 0 {
		fail("refusing to start: " + strings.Join(problems, "; "))
	}
	executable, err := os.Executable()
	if err != nil {
		fail(err.Error())
	}
	shared, err := newTable()
	if err != nil {
		fail("can't share memory with the workers: " + err.Error())
	}
	s := newSupervisor(settings, filepath.Dir(executable), shared)
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) // LIFECYCLE-7, where it isn't process 1
	children := make(chan os.Signal, 1)
	signal.Notify(children, unix.SIGCHLD)
	go reap(children, s.workerEnded)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, unix.SIGTERM, unix.SIGINT) // LIFECYCLE-8
	s.listen = s.openPort
	s.lock.Lock()
	s.start()
	s.lock.Unlock()
	go s.watchDeadlines()
	<-stop
	s.drain()
}

// openPort listens and accepts for ever.
func (s *supervisor) openPort() {
	listener, err := net.Listen("tcp", fmt.Sprintf(":%d", s.settings.port))
	if err != nil {
		fail(fmt.Sprintf("can't listen on port `%d`: %s", s.settings.port, err))
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				time.Sleep(10 * time.Millisecond) // out of descriptors, for example
				continue
			}
			go s.serve(conn.(*net.TCPConn)) // Go sets TCP_NODELAY (CONCURRENCY-8)
		}
	}()
}

// drain lets requests in flight complete, then ends with 0 (LIFECYCLE-1, LIFECYCLE-3).
func (s *supervisor) drain() {
	s.lock.Lock()
	s.draining = true
	for w := range s.all() {
		w.send(toRetire, 0)
	}
	s.lock.Unlock()
	end := time.Now().Add(s.settings.grace) // LIFECYCLE-5
	for time.Now().Before(end) && s.inProgress() > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	s.endWorkers()
	s.lock.Lock() // nothing is logged any more
	s.log.close()
	os.Exit(0)
}

// inProgress counts the requests still to be answered, and closes idle connections (LIFECYCLE-9).
func (s *supervisor) inProgress() int {
	s.lock.Lock()
	defer s.lock.Unlock()
	count := len(s.waiting)
	for w := range s.all() {
		count += s.busy(w)
		s.of(w, func(c *connection, state uint32) {
			if state == stateIdle && s.table.swap(c.slot, state, w.generation, stateTaken, w.generation) {
				s.release(w, c.slot)
			}
		})
	}
	return count
}

// endWorkers lets the function's own shutdown hooks run for a moment, then ends what is left.
func (s *supervisor) endWorkers() {
	const hooks = 300 * time.Millisecond
	s.lock.Lock()
	for w := range s.all() {
		_ = unix.Kill(w.pid, unix.SIGTERM)
	}
	s.lock.Unlock()
	for end := time.Now().Add(hooks); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		s.lock.Lock()
		left := len(s.workers)
		s.lock.Unlock()
		if left == 0 {
			return
		}
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	for w := range s.all() {
		w.kill()
	}
}

func (s *supervisor) all() map[*worker]bool {
	all := map[*worker]bool{}
	for _, w := range s.workers {
		all[w] = true
	}
	return all
}

// fail ends the runtime with a sentence on stderr and in the termination log (LOAD-7).
func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	if log, err := os.OpenFile("/dev/termination-log", os.O_WRONLY, 0); err == nil {
		_, _ = log.WriteString(message + "\n")
	}
	os.Exit(1)
}
