// Package tests runs the supervisor, built with the race detector, with fake workers.
package tests

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var programs string // folder of the built programs

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "supervisor")
	if err != nil {
		panic(err)
	}
	programs = folder
	build("-race", "supervisor", "..")
	build("-race=false", "fakeworker", "runtimes.invalid/protocol/protocoltest/fakeworker")
	build("-race=false", "testserver", "./testserver")
	compileRelay()
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

func build(race, name, source string) {
	command := exec.Command("go", "build", race, "-o", filepath.Join(programs, name), source)
	if output, err := command.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%s can't be built: %s", name, output))
	}
}

// runtime is a running supervisor.
type runtime struct {
	t       *testing.T
	process *exec.Cmd
	address string
	stdout  *output
	stderr  *output
	ended   chan struct{}
}

// output keeps what a process writes.
type output struct {
	mutex sync.Mutex
	bytes bytes.Buffer
}

func (o *output) Write(piece []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.bytes.Write(piece)
}

func (o *output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.bytes.String()
}

// start starts a supervisor whose workers are of a kind (one, many, template, relayed one, relayed many), with
// more settings, and waits until it listens.
func start(t *testing.T, kind string, settings ...string) *runtime {
	t.Helper()
	r := launch(t, kind, settings...)
	r.until("it listens", func() bool {
		connection, err := net.Dial("tcp", r.address)
		if err == nil {
			connection.Close()
		}
		return err == nil
	})
	return r
}

func launch(t *testing.T, kind string, settings ...string) *runtime {
	t.Helper()
	description := `{"command": ["` + programs + `/fakeworker", "` + kind + `"], "kind": "` +
		strings.ReplaceAll(kind, "template", "one") + `", "path": "connection", "template": ` +
		fmt.Sprint(kind == "template") + `}`
	if relayed, found := strings.CutPrefix(kind, "relayed "); found {
		description = relayedDescription(relayed, map[string]string{"one": "PORT", "many": "SOCKET"}[relayed])
	}
	if kind == "other" {
		content, _ := os.ReadFile(*other)
		description = string(content)
	}
	return launchWith(t, description, settings...)
}

func launchWith(t *testing.T, description string, settings ...string) *runtime {
	t.Helper()
	file := filepath.Join(t.TempDir(), "runtime.json")
	if err := os.WriteFile(file, []byte(description), 0o644); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	r := &runtime{t: t, address: fmt.Sprint("127.0.0.1:", port), stdout: &output{}, stderr: &output{},
		ended: make(chan struct{})}
	r.process = exec.Command(filepath.Join(programs, "supervisor"), file)
	r.process.Env = append(os.Environ(), append([]string{
		"MOD_NAME=module", "FUNC_HANDLER=Handler", "FUNC_TIMEOUT=1",
		"GORACE=atexit_sleep_ms=0", fmt.Sprint("FUNC_PORT=", port)}, settings...)...)
	r.process.Stdout, r.process.Stderr = r.stdout, r.stderr
	if err := r.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = r.process.Wait()
		close(r.ended)
	}()
	t.Cleanup(func() {
		_ = r.process.Process.Signal(syscall.SIGTERM)
		select {
		case <-r.ended:
		case <-time.After(10 * time.Second):
			_ = r.process.Process.Kill()
			t.Error("it does not end")
		}
		for _, sign := range []string{"DATA RACE", "panic: ", "Sanitizer", "runtime error: "} {
			if strings.Contains(r.stderr.String(), sign) {
				t.Error(r.stderr.String())
			}
		}
	})
	return r
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// until waits for a condition.
func (r *runtime) until(what string, holds func() bool) {
	r.t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("not so: %s\nstderr: %s\nstdout: %s", what, r.stderr, r.stdout)
		}
	}
}

// untilInFlight waits until so many calls execute.
func (r *runtime) untilInFlight(calls int) {
	r.t.Helper()
	r.until(fmt.Sprint(calls, " calls execute"), func() bool {
		_, text := r.get("/metrics")
		return strings.Contains(text, fmt.Sprint("function_in_flight ", calls, "\n"))
	})
}

// get asks for a path on a connection of its own; status 0 stands for no whole answer.
func (r *runtime) get(path string) (int, string) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	answer, err := client.Get("http://" + r.address + path)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, string(body)
	}
	return answer.StatusCode, string(body)
}

// wants fails the test unless a path is answered so.
func (r *runtime) wants(path string, status int, body string) {
	r.t.Helper()
	if found, text := r.get(path); found != status || text != body {
		r.t.Errorf("%s: %d %q, not %d %q", path, found, text, status, body)
	}
}

// dial opens a connection and sends a text.
func (r *runtime) dial(text string) *net.TCPConn {
	r.t.Helper()
	client, err := net.Dial("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { client.Close() })
	_ = client.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := client.Write([]byte(text)); err != nil {
		r.t.Fatal(err)
	}
	return client.(*net.TCPConn)
}

// rest is all that a client receives until its connection ends.
func rest(client net.Conn) string {
	received, _ := io.ReadAll(client)
	return string(received)
}

// next is the next answer on a connection.
func next(client net.Conn, body string) string {
	received, piece := []byte{}, make([]byte, 1)
	for !bytes.HasSuffix(received, []byte("\r\n\r\n"+body)) {
		if count, err := client.Read(piece); err != nil || count == 0 {
			break
		}
		received = append(received, piece...)
	}
	return string(received)
}

// has fails the test unless a text holds all of `parts`.
func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in %q", part, text)
		}
	}
}

// workers are the process IDs of the workers that run.
func (r *runtime) workers() []string {
	found := []string{}
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", r.process.Process.Pid))
	for _, task := range tasks {
		some, _ := os.ReadFile(task)
		found = append(found, strings.Fields(string(some))...)
	}
	return found
}

// kinds runs a test for each kind.
func kinds(t *testing.T, test func(t *testing.T, kind string)) {
	for _, kind := range []string{"many", "one", "template", "relayed one", "relayed many"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}
