package probe

import (
	"strings"
	"testing"

	"kubeless.invalid/shim/metrics"
)

func TestAnswers(t *testing.T) {
	counters := &metrics.Counters{}
	if answer := Of("/readyz", counters); answer.Status != 200 {
		t.Error(answer)
	}
	counters.Draining.Store(1) // LIFECYCLE-6
	if answer := Of("/readyz", counters); answer.Status != 503 {
		t.Error(answer)
	}
	if answer := Of("/healthz", counters); answer.Status != 200 || string(answer.Body) != "OK" {
		t.Error(answer)
	}
	if answer := Of("/metrics", counters); !strings.Contains(string(answer.Body), "function_in_flight 0") {
		t.Error(answer)
	}
	if Is("/healthz/deep") || Is("/") || !Is("/metrics") {
		t.Error("other paths are the function's")
	}
}
