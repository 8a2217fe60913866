package tests

import (
	"syscall"
	"testing"
	"time"
)

// LIFECYCLE-1 to LIFECYCLE-3, LIFECYCLE-6: a drain serves what is there, refuses the rest, ends with 0.
func TestDrain(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind, "FUNC_TIMEOUT=5")
		busy := r.dial("GET /sleep/0.6 HTTP/1.1\r\nHost: x\r\n\r\n")
		idle := r.dial("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
		next(idle, "hello")
		r.untilInFlight(1)
		_ = r.process.Process.Signal(syscall.SIGTERM)
		r.until("it drains", func() bool { status, _ := r.get("/readyz"); return status == 503 })
		r.wants("/readyz", 503, "draining\n")
		r.wants("/healthz", 200, "ok\n")
		r.wants("/hello", 503, "Service Unavailable\n")
		_, _ = idle.Write([]byte("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"))
		has(t, rest(idle), "HTTP/1.1 503 ")
		has(t, next(busy, "hello"), "200 OK")
		<-r.ended
		if code := r.process.ProcessState.ExitCode(); code != 0 {
			t.Error("exit code ", code)
		}
		has(t, r.stdout.String(), `"GET /sleep/0.6 HTTP/1.1" 200 5`)
	})
}

// LIFECYCLE-4, LIFECYCLE-8, LIFECYCLE-9: an idle runtime ends at once, and leaves no process behind.
func TestEndOfAnIdleRuntime(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind)
		next(r.dial("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"), "hello")
		workers := r.workers()
		begun := time.Now()
		_ = r.process.Process.Signal(syscall.SIGINT)
		<-r.ended
		if took := time.Since(begun); took > time.Second {
			t.Error("it took ", took)
		}
		for _, id := range workers {
			r.until("the workers have ended", func() bool { return !runs(id) })
		}
	})
}

// LIFECYCLE-1: a request that waits behind a call when the drain begins is served.
func TestDrainOfWaitingRequests(t *testing.T) {
	r := start(t, "one", "FUNC_WORKERS=1", "FUNC_TIMEOUT=5")
	first := r.dial("GET /sleep/0.3 HTTP/1.1\r\nHost: x\r\n\r\n")
	r.untilInFlight(1)
	second := r.dial("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
	time.Sleep(20 * time.Millisecond) // it has no other sign than time that it waits
	_ = r.process.Process.Signal(syscall.SIGTERM)
	has(t, next(first, "hello"), "200 OK")
	has(t, next(second, "hello"), "200 OK")
}

// Workers end with a supervisor that is killed, those that don't listen to it too, unless they are forked.
func TestDeathOfTheSupervisor(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind)
		r.dial("GET /never HTTP/1.1\r\nHost: x\r\n\r\n")
		r.untilInFlight(1)
		workers := r.workers()
		for _, id := range workers {
			if kind != "template" {
				send(id, syscall.SIGSTOP)
			}
		}
		_ = r.process.Process.Kill()
		for _, id := range workers {
			r.until("the workers have ended", func() bool { return !runs(id) })
		}
	})
}
