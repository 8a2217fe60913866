// Package head reads the head of a request strictly, by the chapter HTTP of SPEC.md. The supervisor and
// Go's worker check each request with it before anybody else reads a byte of it.
package head

import "bytes"

const (
	// MaxLength is the most bytes that a head may have, from the request line to the empty line.
	MaxLength = 64 << 10
	// maxEmptyLines is the most bytes of empty lines before the request line.
	maxEmptyLines = 64
	// MaxBuffer is how many bytes have to be read at most until a head is whole or refused.
	MaxBuffer = maxEmptyLines + MaxLength + 1
)

// Chunked is the BodyLength of a request whose body is chunked.
const Chunked = -1

// Verdict says how far a head is.
type Verdict int

// The verdicts.
const (
	Incomplete Verdict = iota // more bytes are needed
	Complete                  // whole and well formed
	Refused                   // Head.Status is the answer
)

// Probe is the path of a probe.
type Probe int

// The probes, in the order of the worker protocol.
const (
	NoProbe   Probe = iota
	Health          // /healthz
	Readiness       // /readyz
	Metrics         // /metrics
)

// Head is what the head of a request says. The texts share the memory of the bytes that were read: who
// changes those must have copied the texts before. Of a refused head, they hold what could be read.
type Head struct {
	Method, Target, Protocol string
	Path                     string // the target without scheme and authority, with its query; or `*`
	Authority                string // of a target in absolute form; else empty
	Referer, UserAgent       string
	TraceID                  string // of a valid traceparent; else empty
	Start                    int    // bytes of empty lines before the request line
	LineLength               int    // bytes of the request line, without its end
	Length                   int    // bytes, empty lines before it included
	BodyLength               int64  // bytes, or Chunked
	Probe                    Probe
	Status                   int  // of the refusal
	Close                    bool // the client wants the connection closed after the answer
	ExpectContinue           bool // the client waits for leave to send the body
	CrossOrigin              bool // an Origin field is there
	minor                    byte // of the version
	host, lengths, codings   int  // numbers of fields
	traces                   int
	keepAlive                bool
	connectionClose          bool
}

// HasBody tells whether a body follows the head.
func (h *Head) HasBody() bool { return h.BodyLength != 0 }

// Read reads the head at the beginning of what has been received so far, into `h`. A body longer than
// `bodyLimit` bytes is refused. A malformed line is refused as soon as it has come, before the head is
// whole.
func (h *Head) Read(received []byte, bodyLimit int64) Verdict {
	*h = Head{}
	start, verdict := emptyLines(received)
	if verdict != Complete {
		return h.verdict(verdict, 400)
	}
	h.Start = start
	for at := start; ; {
		line, verdict := nextLine(received[at:])
		next := at + len(line) + 2
		if verdict == Refused {
			return h.verdict(Refused, 400)
		}
		if verdict == Incomplete {
			next = len(received)
		}
		if next-start > MaxLength {
			return h.verdict(Refused, 431)
		}
		if status := h.take(line, at == start, verdict == Incomplete, bodyLimit); status != 0 {
			return h.verdict(Refused, status)
		}
		if verdict == Incomplete {
			return Incomplete
		}
		if len(line) == 0 {
			h.Length = next
			return h.verdict(Complete, h.finish(bodyLimit))
		}
		at = next
	}
}

// take reads a line; it gives the status of a refusal, or 0.
func (h *Head) take(line []byte, first, incomplete bool, bodyLimit int64) int {
	switch {
	case incomplete:
		if first && !beginsRequest(line) {
			return 400
		}
		return 0
	case first:
		return h.requestLine(line)
	case len(line) > 0:
		return h.field(line)
	}
	return 0
}

func (h *Head) verdict(verdict Verdict, status int) Verdict {
	if status == 0 || verdict == Incomplete {
		return verdict
	}
	h.Status = status
	return Refused
}

// emptyLines counts the bytes of the empty lines that a client may send before a request.
func emptyLines(received []byte) (int, Verdict) {
	at := 0
	for at+1 < len(received) && received[at] == '\r' && received[at+1] == '\n' {
		if at += 2; at > maxEmptyLines {
			return at, Refused
		}
	}
	switch {
	case at == len(received) || at+1 == len(received) && received[at] == '\r':
		return at, Incomplete
	case received[at] == '\r' || received[at] == '\n':
		return at, Refused
	}
	return at, Complete
}

// nextLine gives the first line, without its end; Refused if a bare LF ends it.
func nextLine(received []byte) ([]byte, Verdict) {
	end := bytes.IndexByte(received, '\n')
	switch {
	case end < 0:
		return received, Incomplete
	case end == 0 || received[end-1] != '\r':
		return received[:end], Refused
	}
	return received[:end-1], Complete
}
