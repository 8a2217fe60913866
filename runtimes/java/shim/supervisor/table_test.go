package main

import (
	"strings"
	"testing"
	"time"
)

func newTestTable(t *testing.T) *table {
	t.Helper()
	shared, err := newTable()
	if err != nil {
		t.Fatal(err)
	}
	return shared
}

func TestSwapNeedsStateAndOwner(t *testing.T) {
	shared := newTestTable(t)
	shared.set(3, stateCalling, 7)
	if shared.swap(3, stateCalling, 8, stateTaken, 8) {
		t.Error("another worker's request was taken")
	}
	if !shared.swap(3, stateCalling, 7, stateTaken, 7) {
		t.Error("the worker's own request was not taken")
	}
	if state, generation := shared.get(3); state != stateTaken || generation != 7 {
		t.Errorf("got state %d of generation %d", state, generation)
	}
}

func TestDescription(t *testing.T) {
	shared := newTestTable(t)
	want := request{flags: flagHead, method: 1, received: 5, line: "HEAD / HTTP/1.1", address: "10.0.0.1"}
	shared.describe(3, want)
	if got := shared.request(3); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	shared.describe(3, request{})
	if got := shared.request(3); got != (request{}) {
		t.Errorf("got %+v of nothing", got)
	}
}

func TestMetricsPage(t *testing.T) {
	shared := newTestTable(t)
	shared.countFailure(2, 30*time.Millisecond, true)
	page := shared.metricsPage(1)
	for _, line := range []string{
		`function_duration_seconds_bucket{method="POST",le="0.025"} 0`,
		`function_duration_seconds_bucket{method="POST",le="0.05"} 1`,
		`function_duration_seconds_bucket{method="POST",le="+Inf"} 1`,
		`function_duration_seconds_sum{method="POST"} 0.03`,
		`function_calls_total{method="POST"} 1`,
		`function_failures_total{method="POST"} 1`,
		`function_timeouts_total{method="POST"} 1`,
		`function_in_flight 1`,
	} {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("%q is missing in\n%s", line, page)
		}
	}
	if strings.Contains(page, "GET") {
		t.Error("a method that has not been called has samples")
	}
}
