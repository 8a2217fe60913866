// Package metrics counts calls and writes the counts for Prometheus (OBSERVABILITY-1).
package metrics

import (
	"strconv"
	"time"
)

// limits are the upper bounds of the buckets (OBSERVABILITY-2).
var limits = [...]time.Duration{
	5e6, 10e6, 25e6, 50e6, 100e6, 250e6, 500e6, 1e9, 2500e6, 5e9, 10e9,
}

// methods are the values of the label; the last stands for all others (OBSERVABILITY-12).
var methods = [...]string{"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}

// Outcome of a call.
type Outcome int

// A call succeeds, fails, or passes its deadline; the last is a failure too (OBSERVABILITY-4).
const (
	Success Outcome = iota
	Failure
	Timeout
)

// Calls are the counts of all calls. The zero value is ready.
type Calls struct {
	methods [len(methods)]series
}

type series struct {
	buckets                 [len(limits) + 1]int64
	total                   time.Duration
	calls, failed, timedOut int64
}

// Observe counts a call that has ended.
func (c *Calls) Observe(method string, duration time.Duration, outcome Outcome) {
	one := &c.methods[index(method)]
	bucket := 0
	for bucket < len(limits) && duration > limits[bucket] {
		bucket++
	}
	one.buckets[bucket]++
	one.total += duration
	one.calls++
	if outcome != Success {
		one.failed++
	}
	if outcome == Timeout {
		one.timedOut++
	}
}

func index(method string) int {
	for index, known := range methods {
		if known == method {
			return index
		}
	}
	return len(methods) - 1
}

// Append appends the counts and the number of running calls in Prometheus's text format.
func (c *Calls) Append(buffer []byte, running int) []byte {
	buffer = describe(buffer, "function_duration_seconds", "histogram", "Duration of calls in seconds.")
	c.each(func(method string, one *series) { buffer = one.histogram(buffer, method) })
	counter := func(name, help string, value func(*series) int64) {
		buffer = describe(buffer, name, "counter", help)
		c.each(func(method string, one *series) { buffer = sample(buffer, name, method, value(one)) })
	}
	counter("function_calls_total", "Calls of the function.",
		func(one *series) int64 { return one.calls })
	counter("function_failures_total", "Calls that failed, timeouts included.",
		func(one *series) int64 { return one.failed })
	counter("function_timeouts_total", "Calls stopped at their deadline.",
		func(one *series) int64 { return one.timedOut })
	buffer = describe(buffer, "function_in_flight", "gauge", "Calls executing now.")
	return append(buffer, "function_in_flight "+strconv.Itoa(running)+"\n"...)
}

// each visits the methods that have been called.
func (c *Calls) each(visit func(method string, one *series)) {
	for index := range c.methods {
		if c.methods[index].calls > 0 {
			visit(methods[index], &c.methods[index])
		}
	}
}

func (one *series) histogram(buffer []byte, method string) []byte {
	total := int64(0)
	for bucket, count := range one.buckets {
		bound := "+Inf"
		if bucket < len(limits) {
			bound = strconv.FormatFloat(limits[bucket].Seconds(), 'g', -1, 64)
		}
		total += count
		buffer = append(buffer, `function_duration_seconds_bucket{method="`+method+`",le="`+bound+`"} `...)
		buffer = append(strconv.AppendInt(buffer, total, 10), '\n')
	}
	buffer = append(buffer, `function_duration_seconds_sum{method="`+method+`"} `...)
	buffer = append(strconv.AppendFloat(buffer, one.total.Seconds(), 'g', -1, 64), '\n')
	return sample(buffer, "function_duration_seconds_count", method, total)
}

func describe(buffer []byte, name, kind, help string) []byte {
	return append(buffer, "# HELP "+name+" "+help+"\n# TYPE "+name+" "+kind+"\n"...)
}

func sample(buffer []byte, name, method string, value int64) []byte {
	buffer = append(buffer, name+`{method="`+method+`"} `...)
	return append(strconv.AppendInt(buffer, value, 10), '\n')
}
