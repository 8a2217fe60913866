package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// settings are what the environment says of this runtime; durations have their unit.
type settings struct {
	module, handler string
	timeout         time.Duration
	grace           time.Duration
	port            int
	concurrency     int
	jsonLog         bool
}

// readSettings checks the whole environment and returns one sentence per bad setting.
//
// LOAD-12: all of them are named at once, each with the value found.
func readSettings(environment []string) (settings, []string) {
	reader := settingsReader{values: map[string]string{}}
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		reader.values[name] = value
	}
	result := settings{
		module:  reader.required("MOD_NAME"),
		handler: reader.required("FUNC_HANDLER"),
		timeout: reader.seconds("FUNC_TIMEOUT", 180),
		port:    reader.integer("FUNC_PORT", 8080, 65535),
		jsonLog: reader.choice("FUNC_LOG_FORMAT", "apache", "json") == "json",
	}
	reader.integer("FUNC_WORKERS", 16, 1024)
	result.concurrency = reader.integer("FUNC_CONCURRENCY", 128, 65536)
	reader.number("REQ_MB_LIMIT", 50, 2047)
	// LIFECYCLE-5: the grace is never shorter than a call may take.
	result.grace = reader.seconds("FUNC_GRACE_PERIOD", result.timeout.Seconds()+5)
	result.grace = max(result.grace, result.timeout)
	return result, reader.problems
}

type settingsReader struct {
	values   map[string]string
	problems []string
}

func (reader *settingsReader) refuse(name, wanted string) {
	problem := fmt.Sprintf("`%s` is `%s`, not %s", name, reader.values[name], wanted)
	reader.problems = append(reader.problems, problem)
}

// required returns the value of a variable that has no default (LOAD-13).
func (reader *settingsReader) required(name string) string {
	value := reader.values[name]
	if value == "" {
		reader.problems = append(reader.problems, fmt.Sprintf("`%s` is not set", name))
	}
	return value
}

func (reader *settingsReader) seconds(name string, fallback float64) time.Duration {
	const longest = 1e9
	seconds := reader.number(name, fallback, longest)
	return time.Duration(seconds * float64(time.Second))
}

func (reader *settingsReader) number(name string, fallback, largest float64) float64 {
	text := reader.values[name]
	if text == "" {
		return fallback
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) || value <= 0 || value > largest {
		reader.refuse(name, "a number greater than 0")
		return fallback
	}
	return value
}

func (reader *settingsReader) integer(name string, fallback, largest int) int {
	text := reader.values[name]
	if text == "" {
		return fallback
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 1 || value > largest {
		reader.refuse(name, fmt.Sprintf("a whole number from 1 to %d", largest))
		return fallback
	}
	return value
}

func (reader *settingsReader) choice(name string, choices ...string) string {
	value := reader.values[name]
	if value == "" {
		return choices[0]
	}
	for _, choice := range choices {
		if value == choice {
			return value
		}
	}
	reader.refuse(name, "one of `"+strings.Join(choices, "`, `")+"`")
	return choices[0]
}
