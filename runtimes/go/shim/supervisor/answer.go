package main

import (
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"kubeless.invalid/shim/accesslog"
	"kubeless.invalid/shim/probe"
)

// reasons are the statuses that the supervisor answers with.
var reasons = map[int]string{
	200: "OK", 408: "Request Timeout", 500: "Internal Server Error", 503: "Service Unavailable",
}

// send writes an answer; false if the client does not take it at once.
func (s *supervisor) send(c *connection, entry *accesslog.Entry, answer probe.Answer, end bool) bool {
	head := []byte("HTTP/1.1 " + strconv.Itoa(answer.Status) + " " + reasons[answer.Status] +
		"\r\nContent-Type: " + answer.ContentType +
		"\r\nContent-Length: " + strconv.Itoa(len(answer.Body)) +
		"\r\nDate: " + time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT") + "\r\n")
	if entry.CrossOrigin { // RESPONSE-14
		head = append(head, "Access-Control-Allow-Origin: *\r\n"...)
	}
	if answer.Status == 503 {
		head = append(head, "Retry-After: 1\r\n"...)
	}
	if end {
		head = append(head, "Connection: close\r\n"...)
	}
	head = append(head, "\r\n"...)
	if entry.Method != "HEAD" {
		head = append(head, answer.Body...)
	}
	count, err := unix.SendmsgN(c.descriptor, head, nil, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	return err == nil && count == len(head)
}
