package metrics

import (
	"strings"
	"testing"
	"time"
)

// OBSERVABILITY-1, OBSERVABILITY-2, OBSERVABILITY-4, OBSERVABILITY-17.
func TestCounts(t *testing.T) {
	calls := Calls{}
	calls.Observe("GET", 7*time.Millisecond, Success)
	calls.Observe("GET", 20*time.Second, Timeout)
	calls.Observe("GET", 5*time.Millisecond, Failure)
	text := string(calls.Append(nil, 3))
	for _, line := range []string{
		"# HELP function_duration_seconds Duration of calls in seconds.", "# TYPE function_duration_seconds histogram",
		`function_duration_seconds_bucket{method="GET",le="0.005"} 1`,
		`function_duration_seconds_bucket{method="GET",le="0.01"} 2`,
		`function_duration_seconds_bucket{method="GET",le="2.5"} 2`,
		`function_duration_seconds_bucket{method="GET",le="+Inf"} 3`,
		`function_duration_seconds_count{method="GET"} 3`, `function_duration_seconds_sum{method="GET"} 20.012`,
		"# HELP function_calls_total Calls of the function.", `function_calls_total{method="GET"} 3`,
		"# HELP function_failures_total Calls that failed, timeouts included.", `function_failures_total{method="GET"} 2`,
		"# HELP function_timeouts_total Calls stopped at their deadline.", `function_timeouts_total{method="GET"} 1`,
		"# HELP function_in_flight Calls executing now.", `function_in_flight 3`,
	} {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
}

// OBSERVABILITY-12: unknown methods share a label.
func TestUnknownMethods(t *testing.T) {
	calls := Calls{}
	calls.Observe("BREW", 0, Success)
	calls.Observe("", 0, Success)
	if text := string(calls.Append(nil, 0)); !strings.Contains(text, `function_calls_total{method="other"} 2`) {
		t.Error(text)
	}
}
