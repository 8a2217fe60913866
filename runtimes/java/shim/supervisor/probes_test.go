package main

import "testing"

func TestPlainHeads(t *testing.T) { // REQUEST-24
	for head, want := range map[string]bool{
		"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n":                          true,
		"GET /healthz HTTP/1.1\r\n\r\n":                                     true,
		"GET /healthz HTTP/1.1\r\nContent-Length: 0\r\n\r\n":                true,
		"GET /healthz HTTP/1.1\r\nContent-Length: 5\r\n\r\n":                false,
		"GET /healthz HTTP/1.1\r\nContent-Length : 5\r\n\r\n":               false,
		"GET /healthz HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n":       false,
		"GET /healthz HTTP/1.1\r\nA: b\nTransfer-Encoding: chunked\r\n\r\n": false,
		"GET /healthz HTTP/1.1\r\nA: b\r\n folded: c\r\n\r\n":               false,
		"GET /healthz HTTP/1.1\r\nExpect: 100-continue\r\n\r\n":             false,
		"": false,
	} {
		if got := isPlain([]byte(head)); got != want {
			t.Errorf("%q: got %v", head, got)
		}
	}
}

func TestProbe(t *testing.T) {
	for first, want := range map[string]string{
		"GET /healthz HTT":   "/healthz",
		"HEAD /readyz HTT":   "/readyz",
		"GET /metrics?a=1":   "/metrics",
		"GET /metricsx HT":   "",
		"GET /healthz/mor":   "",
		"POST /healthz HT":   "",
		"GET / HTTP/1.1\r\n": "",
		"GET /healthz":       "",
	} {
		if got, _ := probe([]byte(first)); got != want {
			t.Errorf("%q: got %q, want %q", first, got, want)
		}
	}
}
