package worker

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/kubeless/kubeless/pkg/functions"

	"runtimes.invalid/protocol"
)

// closing is a reader that says when it was closed, and fails at its end if it has an error.
type closing struct {
	io.Reader
	err    error
	closed chan bool
}

func (c *closing) Read(target []byte) (int, error) {
	count, err := c.Reader.Read(target)
	if err == io.EOF && c.err != nil {
		err = c.err
	}
	return count, err
}

func (c *closing) Close() error {
	close(c.closed)
	return nil
}

// A reader that the function returns is sent as the body, and closed.
func TestReaderResult(t *testing.T) {
	reader := &closing{Reader: strings.NewReader(strings.Repeat("x", 100000)), closed: make(chan bool)}
	f := serve(t, func(event functions.Event, _ functions.Context) (any, error) {
		switch event.Extensions.Request.URL.Path {
		case "/buffer":
			return bytes.NewBufferString("a,b\n"), nil
		case "/nil":
			return (*bytes.Buffer)(nil), nil
		}
		return reader, nil
	}, fewCalls)
	client, _ := f.connect()
	answers := bufio.NewReader(client)
	for path, want := range map[string]int{"buffer": 4, "nil": 0, "reader": 100000} {
		fmt.Fprintf(client, get, path)
		if status, body := read(t, answers); status != 200 || len(body) != want {
			t.Errorf("%s: %d, %d bytes", path, status, len(body))
		}
	}
	<-reader.closed
}

// FAILURE-1: a reader that fails is 500, or the answer is cut if bytes of it have left.
func TestFailingReader(t *testing.T) {
	for length, want := range map[int]int{0: 500, 10: 500, 100000: 200} {
		reader := &closing{strings.NewReader(strings.Repeat("x", length)), errors.New("expected"), make(chan bool)}
		f := serve(t, func(functions.Event, functions.Context) (any, error) { return reader, nil }, fewCalls)
		client, slot := f.connect()
		fmt.Fprintf(client, get, "")
		if record := f.records(1)[0]; int(record.Status) != want || record.Outcome != protocol.FailedCall {
			t.Errorf("%d bytes: %+v", length, record)
		}
		if want == 200 {
			f.await(slot, protocol.Closed)
			if slot.Flags()&protocol.FlagReset == 0 {
				t.Error("the answer looks whole")
			}
		} else if status, _ := read(t, bufio.NewReader(client)); status != want {
			t.Errorf("%d bytes: status %d", length, status)
		}
		<-reader.closed
	}
}
