package main

import (
	"bufio"
	"bytes"
	"net/textproto"
	"slices"
	"strings"
)

// firstRequest returns what the first bytes of a connection say of its first request, so that it is
// answered, counted and logged though its worker should end before it has read it
// (OBSERVABILITY-3); without a line where they are not a whole head.
func firstRequest(seen []byte, address string) request {
	reader := textproto.NewReader(bufio.NewReader(bytes.NewReader(seen)))
	line, err := reader.ReadLine()
	if err != nil {
		return request{}
	}
	header, err := reader.ReadMIMEHeader()
	if err != nil {
		return request{}
	}
	name, _, _ := strings.Cut(line, " ")
	method := slices.Index(methods, name)
	if method < 0 {
		method = len(methods) - 1
	}
	flags := 0
	if name == "HEAD" {
		flags |= flagHead
	}
	if header.Get("Origin") != "" {
		flags |= flagOrigin
	}
	return request{
		flags: flags, method: method, received: monotonic(), line: line,
		referer: header.Get("Referer"), agent: header.Get("User-Agent"),
		trace: traceOf(header.Get("Traceparent")), address: address,
	}
}

// traceOf returns the trace ID of a `traceparent` header (OBSERVABILITY-11).
func traceOf(parent string) string {
	parts := strings.Split(strings.TrimSpace(parent), "-")
	if len(parts) < 4 || len(parts[1]) != 32 {
		return ""
	}
	return parts[1]
}
