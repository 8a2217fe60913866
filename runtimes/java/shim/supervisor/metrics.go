package main

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"
)

// Each method has 16 numbers in the table: 12 buckets, the sum in nanoseconds, failures, timeouts.
const (
	fieldsPerMethod = 16
	fieldSum        = 12
	fieldFailures   = 13
	fieldTimeouts   = 14
)

// OBSERVABILITY-12: any other method counts as the last of these.
var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}

// OBSERVABILITY-2.
var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

func (t *table) counter(method, field int) *atomic.Uint64 {
	at := (method*fieldsPerMethod + field) * 8
	return (*atomic.Uint64)(unsafe.Pointer(&t.memory[at]))
}

// countFailure counts a call that the supervisor has answered (OBSERVABILITY-4).
func (t *table) countFailure(method int, duration time.Duration, timeout bool) {
	method = min(method, len(methods)-1)
	bucket := 0
	for bucket < len(buckets) && duration.Seconds() > buckets[bucket] {
		bucket++
	}
	t.counter(method, bucket).Add(1)
	t.counter(method, fieldSum).Add(uint64(duration))
	t.counter(method, fieldFailures).Add(1)
	if timeout {
		t.counter(method, fieldTimeouts).Add(1)
	}
}

// metricsPage renders `/metrics`.
//
// OBSERVABILITY-3: the numbers are in memory that outlives the workers.
func (t *table) metricsPage(inFlight int) string {
	var page strings.Builder
	head := func(name, kind, help string) {
		fmt.Fprintf(&page, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	}
	head("function_duration_seconds", "histogram", "Duration of calls in seconds.")
	calls := make([]uint64, len(methods))
	for method := range methods {
		calls[method] = t.histogram(&page, method)
	}
	sample := func(name string, value func(method int) uint64) {
		for method, label := range methods {
			if calls[method] > 0 {
				fmt.Fprintf(&page, "%s{method=%q} %d\n", name, label, value(method))
			}
		}
	}
	head("function_calls_total", "counter", "Calls of the function.")
	sample("function_calls_total", func(method int) uint64 { return calls[method] })
	head("function_failures_total", "counter", "Calls that failed, timeouts included.")
	sample("function_failures_total", func(m int) uint64 { return t.counter(m, fieldFailures).Load() })
	head("function_timeouts_total", "counter", "Calls that passed their deadline.")
	sample("function_timeouts_total", func(m int) uint64 { return t.counter(m, fieldTimeouts).Load() })
	head("function_in_flight", "gauge", "Calls that execute now.")
	fmt.Fprintf(&page, "function_in_flight %d\n", inFlight)
	return page.String()
}

// histogram writes the samples of one method, where there are any, and returns their number.
func (t *table) histogram(page *strings.Builder, method int) uint64 {
	counts, total := make([]uint64, len(buckets)+1), uint64(0)
	for bucket := range counts {
		counts[bucket] = t.counter(method, bucket).Load()
		total += counts[bucket]
	}
	if total == 0 {
		return 0
	}
	const name = "function_duration_seconds"
	running := uint64(0)
	for bucket, count := range counts {
		limit := "+Inf"
		if bucket < len(buckets) {
			limit = strconv.FormatFloat(buckets[bucket], 'g', -1, 64)
		}
		running += count
		fmt.Fprintf(page, "%s_bucket{method=%q,le=%q} %d\n", name, methods[method], limit, running)
	}
	sum := time.Duration(t.counter(method, fieldSum).Load()).Seconds()
	fmt.Fprintf(page, "%s_sum{method=%q} %g\n", name, methods[method], sum)
	fmt.Fprintf(page, "%s_count{method=%q} %d\n", name, methods[method], total)
	return total
}
