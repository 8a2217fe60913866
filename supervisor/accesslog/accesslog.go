// Package accesslog formats the lines of the access log.
package accesslog

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"runtimes.invalid/protocol"
)

// Entry is one request and its answer.
type Entry struct {
	Texts    protocol.Texts
	Status   int
	Bytes    int64     // of the answer's body
	Start    time.Time // when the request was received (OBSERVABILITY-14)
	Duration time.Duration
}

// Format formats entries. It is not safe for use by several goroutines.
type Format struct {
	JSON   bool
	second int64  // of the last line in Apache's format
	text   string // of that second: formatting it costs more than the rest of a line
}

// Append appends the line of an entry.
func (f *Format) Append(buffer []byte, entry *Entry) []byte {
	if f.JSON {
		return appendJSON(buffer, entry)
	}
	return f.appendApache(buffer, entry)
}

// appendApache appends an entry in Apache's combined format (OBSERVABILITY-6).
func (f *Format) appendApache(buffer []byte, entry *Entry) []byte {
	if second := entry.Start.Unix(); second != f.second || f.text == "" {
		f.second, f.text = second, entry.Start.UTC().Format("02/Jan/2006:15:04:05 -0700")
	}
	texts := &entry.Texts
	buffer = append(buffer, orDash(texts[protocol.Address])...)
	buffer = append(buffer, " - - ["...)
	buffer = append(buffer, f.text...)
	buffer = append(buffer, `] "`...)
	buffer = escape(buffer, orDash(texts[protocol.Method]))
	buffer = append(buffer, ' ')
	buffer = escape(buffer, orDash(texts[protocol.Target]))
	buffer = append(buffer, ' ')
	buffer = escape(buffer, orDash(texts[protocol.HTTPVersion]))
	buffer = append(buffer, `" `...)
	buffer = strconv.AppendInt(buffer, int64(entry.Status), 10)
	buffer = append(buffer, ' ')
	buffer = strconv.AppendInt(buffer, entry.Bytes, 10)
	buffer = append(buffer, ` "`...)
	buffer = escape(buffer, orDash(texts[protocol.Referer]))
	buffer = append(buffer, `" "`...)
	buffer = escape(buffer, orDash(texts[protocol.UserAgent]))
	return append(buffer, "\"\n"...)
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// escape keeps a client from forging lines: quotes, backslashes and control characters are written as
// Apache writes them.
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

// appendJSON appends an entry as one JSON object (OBSERVABILITY-7).
func appendJSON(buffer []byte, entry *Entry) []byte {
	texts := &entry.Texts
	buffer = append(buffer, `{"time":"`...)
	buffer = entry.Start.UTC().AppendFormat(buffer, "2006-01-02T15:04:05.000Z")
	buffer = append(buffer, `","remote_address":`...)
	buffer = appendText(buffer, orDash(texts[protocol.Address]))
	buffer = append(buffer, `,"method":`...)
	buffer = appendText(buffer, orDash(texts[protocol.Method]))
	buffer = append(buffer, `,"path":`...)
	buffer = appendText(buffer, orDash(texts[protocol.Target]))
	buffer = append(buffer, `,"status":`...)
	buffer = strconv.AppendInt(buffer, int64(entry.Status), 10)
	buffer = append(buffer, `,"bytes":`...)
	buffer = strconv.AppendInt(buffer, entry.Bytes, 10)
	buffer = append(buffer, `,"duration_seconds":`...)
	buffer = strconv.AppendFloat(buffer, entry.Duration.Seconds(), 'f', 6, 64)
	buffer = append(buffer, `,"user_agent":`...)
	buffer = appendOptional(buffer, texts[protocol.UserAgent])
	buffer = append(buffer, `,"trace_id":`...)
	buffer = appendOptional(buffer, texts[protocol.TraceID])
	return append(buffer, "}\n"...)
}

func appendOptional(buffer []byte, text string) []byte {
	if text == "" {
		return append(buffer, "null"...)
	}
	return appendText(buffer, text)
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
