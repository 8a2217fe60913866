package main

import "testing"

func TestProbes(t *testing.T) { // CONCURRENCY-3
	for request, want := range map[string]bool{
		"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n":                    true,
		"HEAD /metrics?x HTTP/1.0\r\n\r\n":                            true,
		"GET /readyz HTTP/1.1\r\nContent-Length: 0\r\n\r\n":           true,
		"GET /healthz HTTP/1.1\r\nHost: x\r\n":                        false, // not whole
		"POST /healthz HTTP/1.1\r\n\r\n":                              false,
		"GET /healthz HTTP/1.1\r\ncontent-length: 3\r\n\r\n":          false,
		"GET /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n": false,
		"GET /healthz/x HTTP/1.1\r\n\r\n":                             false,
		"\x16\x03\x01\r\n\r\n":                                        false,
		"GET  /healthz HTTP/1.1\r\n\r\n":                              false,
		"GET /healthz HTTP/2.0\r\n\r\n":                               false,
		// What only looks like a probe to a lenient parser may hide a body: the worker judges it.
		"GET /healthz HTTP/1.1\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n": false,
		"GET /healthz HTTP/1.1\r\nX: y\rContent-Length: 40\r\n\r\n":         false,
		"GET /healthz HTTP/1.1\r\nContent-Length : 40\r\n\r\n":              false,
		"GET /healthz HTTP/1.1\r\nX: y\r\n Content-Length: 40\r\n\r\n":      false,
		"GET /healthz HTTP/1.1\r\nContent-Length\r\n\r\n":                   false,
		"GET /healthz HTTP/1.1\r\n: y\r\n\r\n":                              false,
		"GET /healthz HTTP/1.1\r\nX: \x00\r\n\r\n":                          false,
		"GET /healthz HTTP/1.1\r\nTransfer-Encoding: 0\r\n\r\n":             false,
		"GET /healthz HTTP/1.1\r\nExpect: 100-continue\r\n\r\n":             false,
		"GET /healthz HTTP/1.1\nX: y\n\nGET / HTTP/1.1\r\n\r\n":             false,
		"GET /healthz\n HTTP/1.1\r\n\r\n":                                   false,
		"GET /healthz HTTP/1.1\r\nX:\ty z\r\nAccept:*/*\r\nE:\r\n\r\n":      true,
	} {
		if found := parse([]byte(request)); found.probe != want {
			t.Errorf("%q gives %+v", request, found)
		}
	}
}

func TestNobodyForgesLines(t *testing.T) { // OBSERVABILITY-6
	if found := parse([]byte("GET / HTTP/1.1\nforged\r\n\r\n")); found.entry.Protocol != "" {
		t.Errorf("%q", found.entry.Protocol)
	}
}

func TestHead(t *testing.T) {
	received := "GET /a?b HTTP/1.1\r\nUser-Agent: c\r\nORIGIN: d\r\nReferer: e\r\nConnection: Close\r\n\r\nrest"
	found := parse([]byte(received))
	entry := found.entry
	if found.length != len(received)-4 || !found.close || !entry.CrossOrigin || entry.Target != "/a?b" ||
		entry.Agent != "c" || entry.Referer != "e" {
		t.Errorf("%+v", found)
	}
	if !parse([]byte("GET / HTTP/1.0\r\n\r\n")).close {
		t.Error("HTTP/1.0 closes")
	}
}
