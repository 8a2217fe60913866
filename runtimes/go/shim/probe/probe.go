// Package probe answers the probes, in the supervisor and in a worker alike.
package probe

import "kubeless.invalid/shim/metrics"

// Answer of a probe.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
}

const text = "text/plain; charset=utf-8"

// Is tells whether a path is a probe's.
func Is(path string) bool {
	return path == "/healthz" || path == "/readyz" || path == "/metrics"
}

// Of answers the probe of the given path.
func Of(path string, counters *metrics.Counters) Answer {
	switch {
	case path == "/metrics":
		return Answer{200, "text/plain; version=0.0.4; charset=utf-8", counters.Text(nil)}
	case path == "/readyz" && counters.Draining.Load() != 0: // LIFECYCLE-6
		return Answer{503, text, []byte("Draining")}
	}
	return Answer{200, text, []byte("OK")}
}
