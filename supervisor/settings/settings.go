// Package settings reads the settings of SPEC.md from the environment.
package settings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Settings are the values of SPEC.md's table, checked.
type Settings struct {
	Timeout              time.Duration // of one call
	Grace                time.Duration // of a drain
	IdleTimeout          time.Duration // of a connection without a request
	Port                 int
	BodyLimit            int64 // bytes
	Workers, Concurrency int   // calls, and requests, at the same time
	CallsPerWorker       int   // calls of one worker at the same time; 0: the default of its kind
	JSON                 bool  // the access log is JSON rather than Apache's combined format
	texts                map[string]string
}

// Text is a setting as it was given, or its default; empty for a name that is no setting.
func (s Settings) Text(name string) string { return s.texts[name] }

const most = 1_000_000 // of a number with decimals

// Load reads the settings through `lookup` (os.LookupEnv). The error names every bad one, a line each
// (LOAD-12).
func Load(lookup func(string) (string, bool)) (Settings, error) {
	r := reader{lookup: lookup, texts: map[string]string{}}
	r.required("MOD_NAME")
	r.required("FUNC_HANDLER")
	timeout := r.number("FUNC_TIMEOUT", "180", "seconds", false)
	grace := timeout + 5
	if given, _ := lookup("FUNC_GRACE_PERIOD"); given != "" {
		grace = r.number("FUNC_GRACE_PERIOD", "", "seconds", true)
	}
	r.text("FUNC_RUNTIME", "")
	r.text("FUNC_MEMORY_LIMIT", "")
	r.text("KUBELESS_INSTALL_VOLUME", "/kubeless")
	loaded := Settings{
		Timeout: seconds(timeout),
		// LIFECYCLE-5: a grace shorter than the timeout would cut calls that may still run.
		Grace:       seconds(max(grace, timeout)),
		IdleTimeout: seconds(r.number("FUNC_IDLE_TIMEOUT", "120", "seconds", false)),
		Port:        r.whole("FUNC_PORT", "8080", 65535),
		BodyLimit:   int64(r.number("REQ_MB_LIMIT", "50", "MiB", false) * (1 << 20)),
		Workers:     r.whole("FUNC_WORKERS", "16", 1024),
		Concurrency: r.whole("FUNC_CONCURRENCY", "128", 65536),
		JSON:        r.choice("FUNC_LOG_FORMAT", "apache", "json") == "json",
		texts:       r.texts,
	}
	if given, _ := lookup("FUNC_CALLS_PER_WORKER"); given != "" {
		loaded.CallsPerWorker = r.whole("FUNC_CALLS_PER_WORKER", "", 1024)
	}
	if len(r.problems) > 0 {
		return loaded, errors.New(strings.Join(r.problems, "\n"))
	}
	return loaded, nil
}

func seconds(number float64) time.Duration { return time.Duration(number * float64(time.Second)) }

// reader collects the texts and the problems of all settings.
type reader struct {
	lookup   func(string) (string, bool)
	texts    map[string]string
	problems []string
}

// text counts an empty value as not set (LOAD-16).
func (r *reader) text(name, fallback string) string {
	value, _ := r.lookup(name)
	if value == "" {
		value = fallback
	}
	r.texts[name] = value
	return value
}

func (r *reader) required(name string) {
	if r.text(name, "") == "" {
		r.problems = append(r.problems, fmt.Sprintf("setting `%s` is missing", name)) // LOAD-13
	}
}

func (r *reader) bad(name, value, want string) {
	r.problems = append(r.problems, fmt.Sprintf("setting `%s` is `%s`, not %s", name, value, want))
}

func (r *reader) number(name, fallback, unit string, zero bool) float64 {
	value := r.text(name, fallback)
	whole, decimals, pointed := strings.Cut(value, ".")
	number, err := strconv.ParseFloat(value, 64)
	if digits(whole) && (!pointed || digits(decimals)) && err == nil && number <= most &&
		(zero || number > 0) {
		return number
	}
	want := "a number of " + unit + " greater than 0, at most " + strconv.Itoa(most)
	if zero {
		want = strings.Replace(want, " greater than 0", "", 1)
	}
	r.bad(name, value, want)
	return 1
}

// digits tells whether a text is one or more digits (LOAD-15).
func digits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

func (r *reader) whole(name, fallback string, highest int) int {
	value := r.text(name, fallback)
	number, err := strconv.Atoi(value)
	if !digits(value) || err != nil || number < 1 || number > highest {
		r.bad(name, value, fmt.Sprintf("a whole number from 1 to %d", highest))
		return 1
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
