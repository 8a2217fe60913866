package main

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/table"
)

// mostFailures is how many starts in a row may fail before the runtime gives up.
const mostFailures = 10

// start starts a worker; it becomes the spare.
func (s *supervisor) start() error {
	size := table.Size(s.settings.Concurrency)
	shared, err := memory("table", size)
	if err != nil {
		return err
	}
	defer unix.Close(shared)
	mapped, err := table.Map(shared, s.settings.Concurrency)
	if err != nil {
		return err
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socketpair", err)
	}
	defer unix.Close(pair[1])
	startup, input, err := newCapture()
	if err != nil {
		return err
	}
	defer input.Close()
	id, err := syscall.ForkExec(program(s.settings), []string{program(s.settings)}, &syscall.ProcAttr{
		Env:   os.Environ(),
		Files: []uintptr{0, 1, input.Fd(), uintptr(pair[1]), uintptr(shared), uintptr(s.shared), 2},
		Sys:   &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return fmt.Errorf("`%s` can't be executed: %w", program(s.settings), err)
	}
	p := &process{id: id, control: pair[0], table: mapped, startup: startup}
	p.holders = make([]holder, mapped.Len())
	for number := mapped.Len() - 1; number >= 0; number-- {
		p.free = append(p.free, number)
	}
	s.log.add(mapped)
	s.processes[id], s.controls[p.control], s.spare = p, p, p
	s.observe(p.control, unix.EPOLLIN, unix.EPOLL_CTL_ADD)
	return nil
}

// hear reads a message of a worker: it is ready, or it has ended.
func (s *supervisor) hear(p *process) {
	message := make([]byte, 16)
	count, err := unix.Read(p.control, message)
	if err == unix.EAGAIN || err == unix.EINTR {
		return
	}
	if err != nil || count == 0 {
		s.observe(p.control, 0, unix.EPOLL_CTL_DEL)
		delete(s.controls, p.control)
		return
	}
	p.ready, s.failures = true, 0
	p.startup.forget()
	if !s.serving {
		s.serving = true
		if err := s.listen(); err != nil {
			fail(err.Error())
		}
	}
	s.staff()
	s.serveWaiting(clock.Now())
}

// staff sees to it that there is a current worker, and a spare.
func (s *supervisor) staff() {
	if s.current == nil && s.spare != nil && s.spare.ready {
		s.current, s.spare = s.spare, nil
	}
	if s.spare != nil || s.draining || clock.Now() < s.startAfter {
		return
	}
	if err := s.start(); err != nil {
		s.unstarted(err.Error)
	}
}

// retire takes a worker out of service: the spare takes its place.
func (s *supervisor) retire(p *process, now int64) {
	if p.retired != 0 {
		return
	}
	p.retired = now
	p.tell(table.Retire, nil)
	if s.current == p {
		s.current = nil
	}
	s.staff()
}

// reap takes note of processes that have ended, those included that a function has left behind
// (LIFECYCLE-7).
func (s *supervisor) reap() {
	for {
		var status unix.WaitStatus
		id, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil || id <= 0 {
			return
		}
		if p := s.processes[id]; p != nil {
			s.ended(p, status)
		}
	}
}

// ended cleans up after a worker, and puts the spare in its place (FAILURE-7).
func (s *supervisor) ended(p *process, status unix.WaitStatus) {
	delete(s.processes, p.id)
	delete(s.controls, p.control)
	_ = unix.Close(p.control)
	if !p.killed {
		endTree(p.id)
		if p.ready && !s.draining {
			fmt.Fprintf(os.Stderr, "error: the function has ended its process: %s\n", describe(status))
		}
	}
	if s.current == p {
		s.current = nil
	}
	if s.spare == p {
		s.spare = nil
	}
	if !p.ready {
		s.unstarted(func() string { return p.startup.cause(describe(status)) })
	}
	s.staff()
	s.crashed(p, clock.Now())
	s.log.remove(p.table)
	s.serveWaiting(clock.Now())
}

func describe(status unix.WaitStatus) string {
	if status.Signaled() {
		return "signal " + status.Signal().String()
	}
	return fmt.Sprintf("exit status %d", status.ExitStatus())
}

// unstarted counts a failed start; the first worker's ends the runtime. Only then the cause is asked
// for, which may have to wait for the output (CONCURRENCY-2).
func (s *supervisor) unstarted(cause func() string) {
	s.failures++
	if s.draining {
		return
	}
	if !s.serving || s.current == nil && s.failures >= mostFailures {
		fail("the function can't be loaded: " + cause())
	}
	pause := min(10*time.Millisecond<<s.failures, time.Second)
	s.startAfter = clock.Now() + int64(pause)
}
