package library_test

import (
	"bufio"
	"io"
	"math/rand"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/protocoltest"
)

const limit = 10 * time.Second

// worker is the test worker under a fake supervisor.
type worker struct {
	*protocoltest.Supervisor
	t *testing.T
}

// start starts a worker, waits for its READY, and sees at the test's end that it ends by itself and
// without a complaint of the sanitizers, leaks included.
func start(t *testing.T, options protocoltest.Options, arguments ...string) *worker {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	options.Command = append([]string{filepath.Join(built, "testworker")}, arguments...)
	options.Stderr = log
	supervisor, err := protocoltest.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{supervisor, t}
	t.Cleanup(func() {
		if w.Process.ProcessState == nil {
			if err := w.Leave(limit); err != nil {
				content, _ := os.ReadFile(log.Name())
				t.Errorf("the worker's end: %v\n%s", err, content)
			}
		}
		w.Close()
	})
	w.message(protocol.Ready)
	return w
}

// message waits for a message of this type.
func (w *worker) message(kind protocol.MessageType) protocol.Message {
	w.t.Helper()
	for {
		message, err := w.Receive(limit)
		if err != nil {
			w.t.Fatalf("message %d doesn't come: %v", kind, err)
		}
		if message.Type == kind {
			return message
		}
	}
}

// client is the other end of a connection that was handed over.
type client struct {
	*net.TCPConn
	*bufio.Reader
	t *testing.T
}

func (w *worker) connect(slot int) client {
	w.t.Helper()
	connection, err := w.Connect(slot, protocol.Texts{})
	if err != nil {
		w.t.Fatal(err)
	}
	_ = connection.SetDeadline(time.Now().Add(limit))
	return client{connection, bufio.NewReader(connection), w.t}
}

func (c client) Read(buffer []byte) (int, error) { return c.Reader.Read(buffer) }

func (c client) send(text string) {
	c.t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// sendPieces sends bytes in random pieces, and so in several packets.
func (c client) sendPieces(random *rand.Rand, bytes []byte) {
	for len(bytes) > 0 {
		piece := 1 + random.Intn(len(bytes))
		if _, err := c.Write(bytes[:piece]); err != nil {
			return // refused already
		}
		bytes = bytes[piece:]
	}
}

// answer reads an answer and its whole body.
func (c client) answer(method string) (*http.Response, string) {
	c.t.Helper()
	response, err := http.ReadResponse(c.Reader, &http.Request{Method: method})
	if err != nil {
		c.t.Fatalf("no answer: %v", err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatalf("the body of %s after `%s`: %v", response.Status, body, err)
	}
	return response, string(body)
}

// expect sends a request and compares the answer's status and body.
func (c client) expect(request string, status int, body string) *http.Response {
	c.t.Helper()
	c.send(request)
	method, _, _ := strings.Cut(request, " ")
	response, found := c.answer(method)
	if response.StatusCode != status || found != body {
		c.t.Fatalf("%d `%s`, not %d `%s`", response.StatusCode, found, status, body)
	}
	return response
}

// ends sees that nothing more comes but the end.
func (c client) ends() {
	c.t.Helper()
	if rest, err := io.ReadAll(c.Reader); err != nil || len(rest) > 0 {
		c.t.Fatalf("`%s` and %v, not the end of the connection", rest, err)
	}
}

func (w *worker) await(slot int, state protocol.State) protocol.Word {
	w.t.Helper()
	word, err := w.Await(slot, state, limit)
	if err != nil {
		w.t.Fatal(err)
	}
	return word
}

// awaitPhase waits until a request is in a phase of ACTIVE.
func (w *worker) awaitPhase(slot int, phase protocol.Phase) protocol.Word {
	w.t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(time.Millisecond) {
		word := w.Table.Slot(slot).Word()
		if word.State() == protocol.Active && word.Phase() == phase {
			return word
		}
		if time.Now().After(end) {
			w.t.Fatalf("the word is %#x, not ACTIVE in phase %d", word, phase)
		}
	}
}

// record waits for the next record.
func (w *worker) record() protocol.Record {
	w.t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if found := w.Records(); len(found) == 1 {
			return found[0]
		} else if len(found) > 1 {
			w.t.Fatalf("%d records, not one", len(found))
		}
	}
	w.t.Fatal("no record comes")
	return protocol.Record{}
}

func (w *worker) tell(kind protocol.MessageType, slot int, payload ...byte) {
	w.t.Helper()
	if err := w.Send(protocol.Message{Type: kind, Slot: uint32(slot), Payload: payload}); err != nil {
		w.t.Fatal(err)
	}
}

const hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
