// Package metrics counts calls in memory that all workers share, so that counts outlive a worker
// (OBSERVABILITY-3), and writes them down for Prometheus.
//
// The text is made by hand: a client library would be linked into the user's own program and
// could ask for other versions of modules than the user does (IMAGE-8).
package metrics

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Size is the number of bytes that are shared.
const Size = 8192

// limits are the upper bounds of the buckets, in nanoseconds (OBSERVABILITY-2).
var limits = [...]int64{5e6, 10e6, 25e6, 50e6, 100e6, 250e6, 500e6, 1e9, 2.5e9, 5e9, 10e9}

// methods are the values of the label; the last stands for all others (OBSERVABILITY-12).
var methods = [...]string{
	"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "other",
}

type series struct {
	buckets                           [len(limits) + 1]atomic.Int64
	calls, nanoseconds, failed, timed atomic.Int64
}

// Counters are the counts of all workers together, in shared memory.
type Counters struct {
	InFlight atomic.Int64  // calls that execute now
	Draining atomic.Uint32 // 1 once the runtime has been told to end
	all      [len(methods)]series
}

// Map maps the counters from the file `fd`, which has Size bytes.
func Map(fd int) (*Counters, error) {
	data, err := syscall.Mmap(fd, 0, Size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("the shared counters can't be mapped: %w", err)
	}
	return (*Counters)(unsafe.Pointer(&data[0])), nil
}

// Outcome of a call.
type Outcome int

// A call succeeds, fails, or passes its deadline; the last is a failure too (OBSERVABILITY-4).
const (
	Success Outcome = iota
	Failure
	Timeout
)

// Observe counts a call that has ended.
func (c *Counters) Observe(method string, duration time.Duration, outcome Outcome) {
	one := &c.all[index(method)]
	bucket := 0
	for bucket < len(limits) && int64(duration) > limits[bucket] {
		bucket++
	}
	one.buckets[bucket].Add(1)
	one.nanoseconds.Add(int64(duration))
	if outcome != Success {
		one.failed.Add(1)
	}
	if outcome == Timeout {
		one.timed.Add(1)
	}
	one.calls.Add(1)
}

func index(method string) int {
	for index, known := range methods {
		if known == method {
			return index
		}
	}
	return len(methods) - 1
}

// Text appends the counters in Prometheus's text format.
func (c *Counters) Text(buffer []byte) []byte {
	buffer = head(buffer, "function_duration_seconds", "histogram", "Duration of the calls.")
	c.each(func(method string, one *series) { buffer = one.histogram(buffer, method) })
	buffer = head(buffer, "function_calls_total", "counter", "Calls that have ended.")
	c.each(func(method string, one *series) {
		buffer = sample(buffer, "function_calls_total", method, one.calls.Load())
	})
	buffer = head(buffer, "function_failures_total", "counter", "Calls that have failed.")
	c.each(func(method string, one *series) {
		buffer = sample(buffer, "function_failures_total", method, one.failed.Load())
	})
	buffer = head(buffer, "function_timeouts_total", "counter", "Calls that have timed out.")
	c.each(func(method string, one *series) {
		buffer = sample(buffer, "function_timeouts_total", method, one.timed.Load())
	})
	buffer = head(buffer, "function_in_flight", "gauge", "Calls that execute now.")
	return append(buffer, "function_in_flight "+strconv.FormatInt(c.InFlight.Load(), 10)+"\n"...)
}

// each visits the methods that have been called.
func (c *Counters) each(visit func(method string, one *series)) {
	for index := range c.all {
		if c.all[index].calls.Load() > 0 {
			visit(methods[index], &c.all[index])
		}
	}
}

func (one *series) histogram(buffer []byte, method string) []byte {
	label := `{method="` + method + `"`
	total := int64(0)
	for bucket := range one.buckets {
		bound := "+Inf"
		if bucket < len(limits) {
			bound = strconv.FormatFloat(float64(limits[bucket])/1e9, 'g', -1, 64)
		}
		total += one.buckets[bucket].Load()
		buffer = append(buffer, "function_duration_seconds_bucket"+label+`,le="`+bound+`"} `...)
		buffer = append(strconv.AppendInt(buffer, total, 10), '\n')
	}
	buffer = append(buffer, "function_duration_seconds_sum"+label+"} "...)
	sum := float64(one.nanoseconds.Load()) / 1e9
	buffer = append(strconv.AppendFloat(buffer, sum, 'g', -1, 64), '\n')
	return sample(buffer, "function_duration_seconds_count", method, total)
}

func head(buffer []byte, name, kind, help string) []byte {
	return append(buffer, "# HELP "+name+" "+help+"\n# TYPE "+name+" "+kind+"\n"...)
}

func sample(buffer []byte, name, method string, value int64) []byte {
	buffer = append(buffer, name+`{method="`+method+`"} `...)
	return append(strconv.AppendInt(buffer, value, 10), '\n')
}
