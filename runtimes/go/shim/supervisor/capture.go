package main

import (
	"os"
	"strings"
	"sync"
	"time"
)

// mostCaptured bounds what is kept of the output of a start, in bytes.
const mostCaptured = 64 << 10

// capture passes a worker's stderr on, and keeps it until the worker is ready: a failure to load
// is told in it (LOAD-7).
type capture struct {
	mutex   sync.Mutex
	kept    []byte
	forgets bool
	ended   chan struct{}
}

// newCapture gives the capture and the file that the worker writes to.
func newCapture() (*capture, *os.File, error) {
	output, input, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	c := &capture{ended: make(chan struct{})}
	go func() {
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
	}()
	return c, input, nil
}

func (c *capture) keep(piece []byte) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.forgets && len(c.kept)+len(piece) <= mostCaptured {
		c.kept = append(c.kept, piece...)
	}
}

// forget ends the keeping.
func (c *capture) forget() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.kept, c.forgets = nil, true
}

// cause is the line of the output that tells best why the start has failed.
func (c *capture) cause(fallback string) string {
	select {
	case <-c.ended:
	case <-time.After(time.Second): // a process that the function has started still holds the pipe
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	cause := fallback
	for _, line := range strings.Split(string(c.kept), "\n") {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line
		}
		if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "hint: ") {
			cause = line
		}
	}
	return cause
}
