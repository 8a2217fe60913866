package main

import (
	"bytes"
	"strings"

	"kubeless.invalid/shim/accesslog"
	"kubeless.invalid/shim/probe"
)

// head is the head of a request, as far as the supervisor has to know it.
type head struct {
	entry  accesslog.Entry
	length int  // bytes, the empty line included; 0 if it has not arrived whole
	probe  bool // it is a probe that the supervisor can answer
	close  bool // the client wants the connection closed after the answer
}

// parse reads the head of a request that has not been taken off the socket.
func parse(received []byte) head {
	h := head{length: bytes.Index(received, []byte("\r\n\r\n")) + 4}
	if h.length == 3 {
		h.length = 0
		return h
	}
	lines := strings.Split(string(received[:h.length-4]), "\r\n")
	request := strings.Split(lines[0], " ")
	if len(request) != 3 || request[2] != "HTTP/1.1" && request[2] != "HTTP/1.0" {
		return h
	}
	h.entry.Method, h.entry.Target, h.entry.Protocol = request[0], request[1], request[2]
	h.close = h.entry.Protocol == "HTTP/1.0"
	// A body that this parser overlooks would be taken for a request: what is not strictly formed is
	// left to the worker.
	strict, body := !strings.ContainsFunc(lines[0], control), false
	for _, line := range lines[1:] {
		name, value, found := strings.Cut(line, ":")
		strict = strict && found && name != "" && !strings.ContainsAny(name, " \t") &&
			!strings.ContainsFunc(line, control)
		value = strings.TrimSpace(value)
		switch strings.ToLower(name) {
		case "connection":
			h.close = h.close || strings.Contains(strings.ToLower(value), "close")
		case "content-length":
			body = body || value != "0"
		case "transfer-encoding", "expect":
			body = true
		case "referer":
			h.entry.Referer = value
		case "user-agent":
			h.entry.Agent = value
		case "origin":
			h.entry.CrossOrigin = true
		case "traceparent":
			h.entry.Trace = accesslog.Trace(value)
		}
	}
	path, _, _ := strings.Cut(h.entry.Target, "?")
	h.probe = probe.Is(path) && strict && !body && (h.entry.Method == "GET" || h.entry.Method == "HEAD")
	return h
}

func control(letter rune) bool { return letter < ' ' && letter != '\t' || letter == 0x7f }
