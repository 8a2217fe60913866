// Package settings reads the settings of SPEC.md from the environment.
package settings

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Settings are the values of SPEC.md's table, checked.
type Settings struct {
	Module, Handler      string
	TimeoutText          string        // FUNC_TIMEOUT as it was given, for the function's context
	Timeout              time.Duration // of one call
	Port                 int
	Runtime, MemoryLimit string
	Volume               string        // folder that holds the function
	BodyLimit            int64         // bytes
	Workers, Concurrency int           // calls, and requests, at the same time
	JSON                 bool          // the access log is JSON rather than Apache's combined format
	Grace                time.Duration // of a drain
}

// Load reads the settings through `lookup` (os.LookupEnv); the error names every bad one, a line
// each.
func Load(lookup func(string) (string, bool)) (Settings, error) {
	r := reader{lookup: lookup}
	loaded := Settings{
		Module:      r.required("MOD_NAME"),
		Handler:     r.required("FUNC_HANDLER"),
		TimeoutText: r.text("FUNC_TIMEOUT", "180"),
		Timeout:     seconds(r.positive("FUNC_TIMEOUT", 180, "seconds")),
		Port:        r.whole("FUNC_PORT", 8080, 65535),
		Runtime:     r.text("FUNC_RUNTIME", ""),
		MemoryLimit: r.text("FUNC_MEMORY_LIMIT", ""),
		Volume:      r.text("KUBELESS_INSTALL_VOLUME", "/kubeless"),
		BodyLimit:   int64(r.positive("REQ_MB_LIMIT", 50, "MiB") * (1 << 20)),
		Workers:     r.whole("FUNC_WORKERS", 16, 1024),
		Concurrency: r.whole("FUNC_CONCURRENCY", 128, 65536),
		JSON:        r.choice("FUNC_LOG_FORMAT", "apache", "json") == "json",
	}
	// LIFECYCLE-5: a grace shorter than the timeout would cut calls that are still allowed to run.
	fallback := loaded.Timeout.Seconds() + 5
	loaded.Grace = max(seconds(r.positive("FUNC_GRACE_PERIOD", fallback, "seconds")), loaded.Timeout)
	if len(r.problems) > 0 {
		return loaded, fmt.Errorf("%s", strings.Join(r.problems, "\n")) // LOAD-12: all at once
	}
	return loaded, nil
}

// reader collects the problems of all settings.
type reader struct {
	lookup   func(string) (string, bool)
	problems []string
}

func (r *reader) text(name, fallback string) string {
	if value, found := r.lookup(name); found && value != "" {
		return value
	}
	return fallback
}

func (r *reader) required(name string) string {
	value := r.text(name, "")
	if value == "" {
		r.problems = append(r.problems, fmt.Sprintf("setting `%s` is missing", name))
	}
	return value
}

func (r *reader) bad(name, value, want string) {
	r.problems = append(r.problems, fmt.Sprintf("setting `%s` is `%s`, not %s", name, value, want))
}

func (r *reader) positive(name string, fallback float64, unit string) float64 {
	value := r.text(name, "")
	if value == "" {
		return fallback
	}
	number, err := strconv.ParseFloat(value, 64)
	if err != nil || !(number > 0) || math.IsInf(number, 0) || number > 1e9 {
		r.bad(name, value, "a number of "+unit+" greater than 0")
		return fallback
	}
	return number
}

func (r *reader) whole(name string, fallback, highest int) int {
	value := r.text(name, "")
	if value == "" {
		return fallback
	}
	number, err := strconv.Atoi(value)
	if err != nil || number < 1 || number > highest {
		r.bad(name, value, fmt.Sprintf("a whole number from 1 to %d", highest))
		return fallback
	}
	return number
}

func (r *reader) choice(name string, choices ...string) string {
	value := r.text(name, choices[0])
	for _, choice := range choices {
		if value == choice {
			return value
		}
	}
	r.bad(name, value, "one of "+strings.Join(choices, ", "))
	return choices[0]
}

func seconds(number float64) time.Duration {
	return time.Duration(number * float64(time.Second))
}
