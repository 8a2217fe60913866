package worker

import (
	"os"
	"strings"
	"sync"
	"time"
)

// mostCaptured bounds what is kept of the output of a start, in bytes.
const mostCaptured = 64 << 10

// capture passes a worker's stderr on, and keeps it until the worker is ready, because it holds the cause
// of a failed start (LOAD-7).
type capture struct {
	mutex   sync.Mutex
	kept    []byte
	stopped bool
	ended   chan struct{}
}

// newCapture gives the capture and the file that the worker writes to.
func newCapture() (*capture, *os.File, error) {
	output, input, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	c := &capture{ended: make(chan struct{})}
	go c.pass(output)
	return c, input, nil
}

func (c *capture) pass(output *os.File) {
	defer output.Close()
	defer close(c.ended)
	buffer := make([]byte, 4096)
	for {
		count, err := output.Read(buffer)
		if err != nil {
			return
		}
		_, _ = os.Stderr.Write(buffer[:count])
		c.keep(buffer[:count])
	}
}

func (c *capture) keep(piece []byte) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.stopped && len(c.kept)+len(piece) <= mostCaptured {
		c.kept = append(c.kept, piece...)
	}
}

// stop ends the keeping.
func (c *capture) stop() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.kept, c.stopped = nil, true
}

// cause is the line of the output that tells best why the start has failed.
func (c *capture) cause(fallback string) string {
	select {
	case <-c.ended:
	case <-time.After(time.Second): // a process that the function has started still holds the pipe
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	last, lastError := fallback, ""
	for _, line := range strings.Split(string(c.kept), "\n") {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line
		}
		if text, found := strings.CutPrefix(line, "error: "); found {
			lastError = text
		}
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "hint: ") {
			last = line
		}
	}
	if lastError != "" {
		return lastError
	}
	return last
}
