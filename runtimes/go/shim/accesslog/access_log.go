// Package accesslog formats the lines of the access log.
package accesslog

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// Entry is one request and its answer.
type Entry struct {
	Address, Method, Target, Protocol string
	Referer, Agent, Trace             string
	Status                            int
	Bytes                             int64
	Start                             time.Time
	Duration                          time.Duration
	CrossOrigin                       bool // not logged: the answer has to allow an origin
}

// Format appends the line of an entry.
type Format func(buffer []byte, entry *Entry) []byte

// Choose gives the format that the settings ask for.
func Choose(asJSON bool) Format {
	if asJSON {
		return JSON
	}
	return Apache
}

// Apache appends an entry in Apache's combined format (OBSERVABILITY-6).
func Apache(buffer []byte, entry *Entry) []byte {
	buffer = append(buffer, entry.Address...)
	buffer = append(buffer, " - - ["...)
	buffer = append(buffer, second(entry.Start)...)
	buffer = append(buffer, `] "`...)
	buffer = escape(buffer, entry.Method)
	buffer = append(buffer, ' ')
	buffer = escape(buffer, entry.Target)
	buffer = append(buffer, ' ')
	buffer = append(buffer, entry.Protocol...)
	buffer = append(buffer, `" `...)
	buffer = strconv.AppendInt(buffer, int64(entry.Status), 10)
	buffer = append(buffer, ' ')
	buffer = strconv.AppendInt(buffer, entry.Bytes, 10)
	buffer = quote(buffer, entry.Referer)
	buffer = quote(buffer, entry.Agent)
	return append(buffer, '\n')
}

// moment is a second and its text: formatting it costs more than the rest of a line.
type moment struct {
	second int64
	text   string
}

var latest atomic.Pointer[moment]

func second(start time.Time) string {
	known := latest.Load()
	if known == nil || known.second != start.Unix() {
		known = &moment{start.Unix(), start.UTC().Format("02/Jan/2006:15:04:05 -0700")}
		latest.Store(known)
	}
	return known.text
}

func quote(buffer []byte, text string) []byte {
	buffer = append(buffer, ` "`...)
	if text == "" {
		text = "-"
	}
	return append(escape(buffer, text), '"')
}

// escape keeps a client from forging lines: quotes, backslashes and control characters are
// written as Apache writes them.
func escape(buffer []byte, text string) []byte {
	const digits = "0123456789abcdef"
	for index := 0; index < len(text); index++ {
		switch letter := text[index]; {
		case letter == '"' || letter == '\\':
			buffer = append(buffer, '\\', letter)
		case letter < ' ' || letter == 0x7f:
			buffer = append(buffer, '\\', 'x', digits[letter>>4], digits[letter&15])
		default:
			buffer = append(buffer, letter)
		}
	}
	return buffer
}

// JSON appends an entry as one JSON object (OBSERVABILITY-7).
func JSON(buffer []byte, entry *Entry) []byte {
	field := func(name, text string) {
		buffer = append(buffer, `,"`...)
		buffer = append(buffer, name...)
		buffer = append(buffer, `":`...)
		buffer = appendText(buffer, text)
	}
	optional := func(name, text string) {
		if text != "" {
			field(name, text)
			return
		}
		buffer = append(append(append(buffer, `,"`...), name...), `":null`...)
	}
	buffer = append(buffer, `{"time":"`...)
	buffer = entry.Start.UTC().AppendFormat(buffer, "2006-01-02T15:04:05.000Z")
	buffer = append(buffer, '"')
	field("remote_address", entry.Address)
	field("method", entry.Method)
	field("path", entry.Target)
	buffer = append(buffer, `,"status":`...)
	buffer = strconv.AppendInt(buffer, int64(entry.Status), 10)
	buffer = append(buffer, `,"bytes":`...)
	buffer = strconv.AppendInt(buffer, entry.Bytes, 10)
	buffer = append(buffer, `,"duration_seconds":`...)
	buffer = strconv.AppendFloat(buffer, entry.Duration.Seconds(), 'f', 6, 64)
	optional("user_agent", entry.Agent)
	optional("trace_id", entry.Trace)
	return append(buffer, "}\n"...)
}

func appendText(buffer []byte, text string) []byte {
	for index := 0; index < len(text); index++ {
		if letter := text[index]; letter < ' ' || letter == '"' || letter == '\\' || letter >= utf8.RuneSelf {
			encoded, _ := json.Marshal(text)
			return append(buffer, encoded...)
		}
	}
	buffer = append(append(buffer, '"'), text...)
	return append(buffer, '"')
}

// Trace is the trace ID in a traceparent header, or empty (OBSERVABILITY-11).
func Trace(traceparent string) string {
	if traceparent == "" {
		return ""
	}
	parts := strings.SplitN(traceparent, "-", 4)
	if len(parts) < 4 || len(parts[0]) != 2 || len(parts[1]) != 32 {
		return ""
	}
	return parts[1]
}
