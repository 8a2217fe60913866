package worker

import (
	"net/http"
	"strconv"
	"time"

	"runtimes.invalid/protocol"
)

const plainText = "text/plain; charset=utf-8"

// reply is an answer that the shim makes by itself.
type reply struct {
	status int
	media  string
	body   []byte
}

// refusal is the reply of a status: its reason phrase.
func refusal(status int) reply {
	return reply{status, plainText, []byte(reason(status) + "\n")}
}

// reason is the phrase of RFC 9110; net/http has an older one for 413.
func reason(status int) string {
	if status == http.StatusRequestEntityTooLarge {
		return "Content Too Large"
	}
	return http.StatusText(status)
}

// close refuses a request in place of the handler and of net/http, and ends the connection (HTTP-1).
func (c *conn) close(status int) { c.closeWith(refusal(status), &protocol.Record{}) }

// closeWith sends a reply, and the record before it unless that is nil. The client can still send what it
// has begun to, because the supervisor reads on for a while, so it comes to read the answer (REQUEST-14).
func (c *conn) closeWith(made reply, record *protocol.Record) {
	ours := c.endAnswer(made.status, protocol.Now()+c.server.table.SendTime)
	if !ours {
		c.answer.closed = true
		return
	}
	flags := c.slot.Flags()
	bytes := int64(len(made.body))
	if flags&protocol.FlagHead != 0 {
		bytes = 0
	}
	if record != nil {
		record.Status, record.Bytes = uint16(made.status), bytes
		c.record(record)
	}
	_, _ = c.write(append(made.head(flags), made.body[:bytes]...))
	c.slot.AddFlag(protocol.FlagLinger)
	c.answer.closed = true
}

func (r *reply) head(flags protocol.Flags) []byte {
	made := append([]byte("HTTP/1.1 "), strconv.Itoa(r.status)...)
	made = append(append(made, ' '), reason(r.status)...)
	made = append(append(made, "\r\nContent-Type: "...), r.media...)
	made = append(append(made, "\r\nContent-Length: "...), strconv.Itoa(len(r.body))...)
	made = time.Now().UTC().AppendFormat(append(made, "\r\nDate: "...), http.TimeFormat)
	if flags&protocol.FlagCrossOrigin != 0 { // RESPONSE-14
		made = append(made, "\r\n"+allowedOrigin+": *"...)
	}
	if r.status == http.StatusServiceUnavailable { // CONCURRENCY-4
		made = append(made, "\r\nRetry-After: 1"...)
	}
	return append(made, "\r\nConnection: close\r\n\r\n"...)
}

// record writes the record of the present request, whose status, outcome, bytes and time of the call the
// caller has filled in. The supervisor logs and counts the request by it.
func (c *conn) record(record *protocol.Record) {
	record.Slot, record.Sequence = c.number, c.slot.Word().Sequence()
	record.Began = c.slot.Began.Load()
	record.Duration = protocol.Now() - record.Began
	record.Texts = c.slot.View()
	c.server.recording.Lock()
	sleeps := c.server.table.Ring.Write(record)
	c.server.recording.Unlock()
	if sleeps {
		_ = c.server.control.tell(protocol.Records, 0, nil)
	}
}
