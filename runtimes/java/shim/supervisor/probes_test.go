package main

import "testing"

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
