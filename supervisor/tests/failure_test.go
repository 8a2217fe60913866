package tests

import (
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// FAILURE-4 to FAILURE-7, OBSERVABILITY-4: a worker that ends is answered for, counted, logged, replaced.
func TestEndOfAWorker(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind)
		for _, path := range []string{"/kill", "/exit", "/kill", "/exit"} {
			begun := time.Now()
			r.wants(path, 500, "Internal Server Error\n")
			if took := time.Since(begun); took > time.Second {
				t.Error(path, " took ", took)
			}
			r.wants("/hello", 200, "hello")
		}
		_, metrics := r.get("/metrics")
		has(t, metrics, `function_calls_total{method="GET"} 8`, `function_failures_total{method="GET"} 4`,
			`function_timeouts_total{method="GET"} 0`, "function_in_flight 0")
		r.until("four lines of 500", func() bool { return strings.Count(r.stdout.String(), `" 500 22 "`) == 4 })
	})
}

// TIMEOUT-1, TIMEOUT-2, TIMEOUT-8: late calls are answered 408 and the next one is served.
func TestDeadline(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind)
		for _, path := range []string{"/never", "/spin", "/never"} {
			begun := time.Now()
			r.wants(path, 408, "Request Timeout\n")
			if took := time.Since(begun); took > 2*time.Second || took < time.Second {
				t.Error(path, " took ", took)
			}
			r.wants("/hello", 200, "hello")
		}
		_, metrics := r.get("/metrics")
		has(t, metrics, `function_calls_total{method="GET"} 6`, `function_failures_total{method="GET"} 3`,
			`function_timeouts_total{method="GET"} 3`)
	})
}

// TIMEOUT-13, OBSERVABILITY-6: a stream that passes its deadline is cut off and logged with its status.
func TestDeadlineOfAStream(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind)
		if status, text := r.get("/stream/5"); status != 0 || text != "first" {
			t.Error("the stream looks whole: ", status, text)
		}
		client := r.dial("GET /stream/5 HTTP/1.1\r\nHost: x\r\n\r\n")
		if received, err := io.ReadAll(client); err == nil {
			t.Errorf("without a reset after %q", received)
		}
		r.until("two lines of 201", func() bool { return strings.Count(r.stdout.String(), `" 201 0 "`) == 2 })
		r.wants("/stream/0.1", 201, "firstlast")
	})
}

// TIMEOUT-6, TIMEOUT-7: a late call ends with its process as soon as the others have been answered.
func TestRequestsBesideALateOne(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind, "FUNC_TIMEOUT=3")
		all := sync.WaitGroup{}
		for number, path := range []string{"/never", "/sleep/2.5", "/sleep/1.5", "/never"} {
			all.Add(1)
			go func() {
				defer all.Done()
				if strings.HasPrefix(path, "/sleep") {
					r.wants(path, 200, "hello")
				} else {
					r.wants(path, 408, "Request Timeout\n")
				}
			}()
			r.untilInFlight(number + 1)
		}
		all.Wait()
	})
}

// TIMEOUT-9, TIMEOUT-10: many late calls at once leave neither processes behind nor fewer of them.
func TestManyDeadlines(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind, "FUNC_WORKERS=4")
		all := sync.WaitGroup{}
		for range 4 {
			all.Add(1)
			go func() {
				defer all.Done()
				r.wants("/never", 408, "Request Timeout\n")
			}()
		}
		all.Wait()
		r.wants("/hello", 200, "hello")
		most := map[string]int{"template": 3}[kind]
		most = max(most, 2)
		r.until("no more processes than before", func() bool { return len(r.workers()) == most })
	})
}

// LIMITS-7, LIMITS-8, LIFECYCLE-11: a worker that can't be started is tried again, and requests wait.
func TestFailedStarts(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		broken := t.TempDir() + "/broken"
		r := start(t, kind, "FAKE_FAILS_WHILE="+broken)
		r.wants("/readyz", 200, "ready\n")
		create(t, broken)
		for range 3 {
			r.get("/kill")
		}
		for _, id := range r.workers() {
			kill(id)
		}
		r.until("it is not ready", func() bool { status, _ := r.get("/readyz"); return status == 503 })
		r.wants("/readyz", 503, "loading\n")
		r.wants("/hello", 503, "Service Unavailable\n")
		remove(t, broken)
		r.until("it is ready", func() bool { status, _ := r.get("/readyz"); return status == 200 })
		r.wants("/hello", 200, "hello")
	})
}

// LOAD-7, LOAD-14: a function that can't be loaded ends the runtime with its cause.
func TestFailureToLoad(t *testing.T) {
	description := `{"command": ["` + programs + `/fakeworker", "many", "fails"], "kind": "many", "path": "connection"}`
	r := launchWith(t, description)
	<-r.ended
	if code := r.process.ProcessState.ExitCode(); code != 1 {
		t.Error("exit code ", code)
	}
	has(t, r.stderr.String(), "error: the function can't be loaded: expected load failure\n")
}

// LOAD-1: a program that does not exist is named, with the hint of the image.
func TestMissingProgram(t *testing.T) {
	description := `{"command": ["${KUBELESS_INSTALL_VOLUME}/server"], "kind": "many", "path": "connection",
		"missing": "run the compilation phase first"}`
	r := launchWith(t, description, "KUBELESS_INSTALL_VOLUME=/nowhere")
	<-r.ended
	has(t, r.stderr.String(), "error: module `module` can't be started: `/nowhere/server` does not exist",
		"\nhint: run the compilation phase first\n")
}

// LOAD-11, LOAD-12: bad settings are all named, with exit code 2.
func TestBadSettings(t *testing.T) {
	r := launch(t, "many", "FUNC_TIMEOUT=1e3", "FUNC_WORKERS=0")
	<-r.ended
	if code := r.process.ProcessState.ExitCode(); code != 2 {
		t.Error("exit code ", code)
	}
	has(t, r.stderr.String(), "setting `FUNC_TIMEOUT` is `1e3`, not a number of seconds greater than 0, at most 1000000",
		"setting `FUNC_WORKERS` is `0`, not a whole number from 1 to 1024")
}

// TIMEOUT-14: beside a late call the others of its worker go on, the next one is served by another worker,
// and then the first one ends.
func TestLateCallBesideOthers(t *testing.T) {
	r := start(t, "one", "FUNC_WORKERS=4", "FUNC_CALLS_PER_WORKER=4", "FUNC_TIMEOUT=2")
	_, first := r.get("/pid")
	all := sync.WaitGroup{}
	for number, path := range []string{"/never", "/sleep/1", "/spin"} {
		all.Add(1)
		go func() {
			defer all.Done()
			if number == 1 {
				r.wants(path, 200, "hello")
				r.wants("/sleep/1.5", 200, "hello")
			} else {
				r.wants(path, 408, "Request Timeout\n")
			}
		}()
		r.untilInFlight(number + 1)
	}
	r.until("another worker serves", func() bool { _, id := r.get("/pid"); return id != first })
	all.Wait()
	r.until("the first worker has ended", func() bool { return !slices.Contains(r.workers(), first) })
	_, metrics := r.get("/metrics")
	has(t, metrics, `function_timeouts_total{method="GET"} 2`)
}

// FAILURE-6: an exit of a worker with several calls is answered 500 for each of them.
func TestEndOfAWorkerOfSeveralCalls(t *testing.T) {
	r := start(t, "one", "FUNC_WORKERS=4", "FUNC_CALLS_PER_WORKER=4", "FUNC_TIMEOUT=5")
	all := sync.WaitGroup{}
	for range 2 {
		all.Add(1)
		go func() {
			defer all.Done()
			r.wants("/sleep/4", 500, "Internal Server Error\n")
		}()
	}
	r.untilInFlight(2)
	r.wants("/kill", 500, "Internal Server Error\n")
	all.Wait()
	r.wants("/hello", 200, "hello")
}
