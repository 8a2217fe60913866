package connection

import (
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
		Body: []byte(reasons[status] + "\n"), Close: true,
	}
}

// reasons are RFC 9110's. net/http has them too, but would cost three megabytes of memory.
var reasons = map[int]string{
	200: "OK", 400: "Bad Request", 408: "Request Timeout", 413: "Content Too Large",
	417: "Expectation Failed", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
	501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
}

const dateFormat = "Mon, 02 Jan 2006 15:04:05 GMT"

// BodyBytes is the size of the body that is sent.
func (a Answer) BodyBytes() int64 {
	if a.HeadOnly {
		return 0
	}
	return int64(len(a.Body))
}

// Bytes is the answer as it is sent.
func (a Answer) Bytes() []byte {
	made := []byte("HTTP/1.1 " + strconv.Itoa(a.Status) + " " + reasons[a.Status] +
		"\r\nContent-Type: " + a.ContentType +
		"\r\nContent-Length: " + strconv.Itoa(len(a.Body)) +
		"\r\nDate: " + time.Now().UTC().Format(dateFormat) + "\r\n")
	if a.CrossOrigin { // RESPONSE-14
		made = append(made, "Access-Control-Allow-Origin: *\r\n"...)
	}
	if a.Status == 503 {
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
