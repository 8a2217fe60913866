package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// logEntry is the access-log line of a request that the supervisor has answered itself.
type logEntry struct {
	request
	status, bytes int
	duration      time.Duration
	now           time.Time
}

// text renders the line in the format of FUNC_LOG_FORMAT (OBSERVABILITY-6, OBSERVABILITY-7).
func (entry logEntry) text(asJSON bool) string {
	if !asJSON {
		return fmt.Sprintf("%s - - [%s] \"%s\" %d %d \"%s\" \"%s\"\n", entry.address,
			entry.now.Format("02/Jan/2006:15:04:05 -0700"), escape(entry.line), entry.status,
			entry.bytes, escape(dash(entry.referer)), escape(dash(entry.agent)))
	}
	parts := strings.SplitN(entry.line+"  ", " ", 3)
	line, _ := json.Marshal(struct {
		Time     string  `json:"time"`
		Address  string  `json:"remote_address"`
		Method   string  `json:"method"`
		Path     string  `json:"path"`
		Status   int     `json:"status"`
		Bytes    int     `json:"bytes"`
		Duration float64 `json:"duration_seconds"`
		Agent    *string `json:"user_agent"`
		Trace    *string `json:"trace_id"`
	}{
		entry.now.UTC().Format("2006-01-02T15:04:05.000Z"), entry.address, parts[0], parts[1],
		entry.status, entry.bytes, entry.duration.Seconds(), orNull(entry.agent), orNull(entry.trace),
	})
	return string(line) + "\n"
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// escape keeps a client from forging lines or fields of the log.
func escape(text string) string {
	var safe strings.Builder
	for _, char := range text {
		switch {
		case char == '"' || char == '\\':
			safe.WriteByte('\\')
			safe.WriteRune(char)
		case char < ' ' || char == 0x7f:
			fmt.Fprintf(&safe, "\\x%02x", char)
		default:
			safe.WriteRune(char)
		}
	}
	return safe.String()
}
