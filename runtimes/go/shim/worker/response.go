package worker

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"runtimes.invalid/protocol"
)

// recorder is the writer that the function gets; it notes what the access log has to tell.
type recorder struct {
	http.ResponseWriter
	slot        *protocol.Slot
	crossOrigin bool // the request has an Origin header
	status      int
	bytes       int64
}

// start notes the status of the answer, once, before its head is sent. Pages of any origin may
// read the answer, unless the function has said otherwise (RESPONSE-14).
func (r *recorder) start(status int) {
	if r.status != 0 {
		return
	}
	r.status = status
	r.slot.Status.Store(uint32(status))
	if !r.crossOrigin {
		return
	}
	if _, found := r.Header()[allowedOrigin]; !found {
		r.Header()[allowedOrigin] = []string{"*"}
	}
}

// WriteHeader sends the status and the headers.
func (r *recorder) WriteHeader(status int) {
	if status >= 200 && status <= 999 { // net/http refuses others with a panic
		r.start(status)
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write sends a piece of the body.
func (r *recorder) Write(piece []byte) (int, error) {
	r.start(http.StatusOK)
	count, err := r.ResponseWriter.Write(piece)
	r.bytes += int64(count)
	return count, err
}

// Flush sends what has been written so far (RESPONSE-9).
func (r *recorder) Flush() {
	r.start(http.StatusOK)
	_ = http.NewResponseController(r.ResponseWriter).Flush()
}

// Hijack gives the connection to the function, as the writer of the old runtime did.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

// Unwrap lets http.ResponseController reach the server's own writer.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// encode makes the body of what the function has returned, and its type, which is empty where
// net/http finds it out; an error means that it can't be serialised. The body is only to be read.
func encode(value any) (body []byte, media string, err error) {
	switch value := value.(type) {
	case nil: // RESPONSE-4
		return nil, "", nil
	case string:
		body = unsafe.Slice(unsafe.StringData(value), len(value)) // a copy may be of megabytes
		return body, textType(body), nil
	case []byte:
		return value, "application/octet-stream", nil
	}
	body, err = json.Marshal(value)
	if err != nil {
		return nil, "", fmt.Errorf("the function's result of type `%T` can't be sent as JSON: %w", value, err)
	}
	switch string(body) {
	case "null":
		return nil, "", nil
	case "{}":
		if hidesAll(value) {
			return nil, "", fmt.Errorf("the function's result of type `%T` can't be sent as JSON: it has no "+
				"exported fields", value)
		}
	}
	return body, "application/json", nil
}

// declare tells the type of the answer, unless the function has.
func (r *recorder) declare(media string, body []byte) {
	header := r.Header()
	if media == "" {
		if len(header) == 0 { // the first header of an answer costs more than looking twice
			return
		}
		media = http.DetectContentType(body)
	}
	if _, found := header["Content-Type"]; r.status == 0 && !found {
		header["Content-Type"] = []string{media}
	}
}

// textType is the type of a string. The old runtime sniffed it, which is kept if that gives a text
// (RESPONSE-1) or if the string is no text. It is empty where net/http will find the same by itself: for all
// strings but texts that begin like another type.
func textType(body []byte) string {
	if plain(body) {
		return ""
	}
	if media := http.DetectContentType(body); strings.HasPrefix(media, "text/") || !utf8.Valid(body) {
		return ""
	}
	return "text/plain; charset=utf-8"
}

// signatures is what the types begin with that net/http knows and that are no plain text.
const signatures = "%.<BFGIMOPRtw"

// plain tells of most texts that net/http will find them to be plain, at a fraction of the cost:
// looking for all its signatures takes as long as the rest of the shim.
func plain(body []byte) bool {
	if len(body) == 0 || body[0] <= ' ' || body[0] > '~' || strings.IndexByte(signatures, body[0]) >= 0 {
		return false
	}
	for _, letter := range body[:min(len(body), 512)] {
		if letter < ' ' && letter != '\n' && letter != '\r' && letter != '\t' {
			return false
		}
	}
	return true
}

// fail answers with a status and its text, and with nothing that the function has prepared.
func (r *recorder) fail(status int) {
	header := r.Header()
	for name := range header {
		if name != "Connection" {
			delete(header, name)
		}
	}
	r.sendRefusal(status)
}

// failWith is fail with one header more, before any function has prepared something.
func (r *recorder) failWith(status int, name, value string) {
	r.Header().Set(name, value)
	r.sendRefusal(status)
}

func (r *recorder) sendRefusal(status int) {
	header := r.Header()
	made := refusal(status)
	header["Content-Type"] = []string{made.media}
	header["Content-Length"] = []string{strconv.Itoa(len(made.body))}
	if status == http.StatusServiceUnavailable {
		header["Retry-After"] = []string{"1"}
	}
	r.WriteHeader(status)
	_, _ = r.Write(made.body)
}
