package connection

import (
	"net/http"
	"strconv"
	"time"
)

// Answer is one that the supervisor makes.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
	HeadOnly    bool // the request's method is HEAD
	CrossOrigin bool
	Close       bool
}

// Refusal is an answer whose body is the reason phrase.
func Refusal(status int) Answer {
	return Answer{
		Status: status, ContentType: "text/plain; charset=utf-8",
		Body: []byte(reason(status) + "\n"), Close: true,
	}
}

func reason(status int) string {
	if status == 413 {
		return "Content Too Large" // RFC 9110; net/http has an older one
	}
	return http.StatusText(status)
}

// BodyBytes is the size of the body that is sent.
func (a Answer) BodyBytes() int64 {
	if a.HeadOnly {
		return 0
	}
	return int64(len(a.Body))
}

// Bytes is the answer as it is sent.
func (a Answer) Bytes() []byte {
	made := []byte("HTTP/1.1 " + strconv.Itoa(a.Status) + " " + reason(a.Status) +
		"\r\nContent-Type: " + a.ContentType +
		"\r\nContent-Length: " + strconv.Itoa(len(a.Body)) +
		"\r\nDate: " + time.Now().UTC().Format(http.TimeFormat) + "\r\n")
	if a.CrossOrigin { // RESPONSE-14
		made = append(made, "Access-Control-Allow-Origin: *\r\n"...)
	}
	if a.Status == http.StatusServiceUnavailable {
		made = append(made, "Retry-After: 1\r\n"...) // CONCURRENCY-9
	}
	if a.Close {
		made = append(made, "Connection: close\r\n"...)
	}
	made = append(made, "\r\n"...)
	if a.HeadOnly {
		return made
	}
	return append(made, a.Body...)
}
