package metrics

import (
	"os"
	"strings"
	"testing"
	"time"
)

func mapped(t *testing.T) (*Counters, *os.File) {
	t.Helper()
	file, err := os.CreateTemp(t.TempDir(), "counters")
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Truncate(Size); err != nil {
		t.Fatal(err)
	}
	counters, err := Map(int(file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	return counters, file
}

func TestCountsOfTwoWorkers(t *testing.T) { // OBSERVABILITY-3, OBSERVABILITY-4
	first, file := mapped(t)
	second, err := Map(int(file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	first.Observe("GET", 7*time.Millisecond, Success)
	second.Observe("GET", 20*time.Second, Timeout)
	second.Observe("GET", 5*time.Millisecond, Failure)
	text := string(first.Text(nil))
	for _, line := range []string{
		`function_duration_seconds_bucket{method="GET",le="0.005"} 1`,
		`function_duration_seconds_bucket{method="GET",le="0.01"} 2`,
		`function_duration_seconds_bucket{method="GET",le="10"} 2`,
		`function_duration_seconds_bucket{method="GET",le="+Inf"} 3`,
		`function_duration_seconds_count{method="GET"} 3`,
		`function_duration_seconds_sum{method="GET"} 20.012`,
		`function_calls_total{method="GET"} 3`,
		`function_failures_total{method="GET"} 2`,
		`function_timeouts_total{method="GET"} 1`,
		`function_in_flight 0`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
}

func TestUnknownMethodsShareALabel(t *testing.T) { // OBSERVABILITY-12
	counters, _ := mapped(t)
	counters.Observe("BREW", 0, Success)
	counters.Observe("WHEN", 0, Success)
	if text := string(counters.Text(nil)); !strings.Contains(text, `function_calls_total{method="other"} 2`) {
		t.Error(text)
	}
}
