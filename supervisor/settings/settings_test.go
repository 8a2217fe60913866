package settings

import (
	"strings"
	"testing"
	"time"
)

func load(pairs ...string) (Settings, error) {
	values := map[string]string{"MOD_NAME": "m", "FUNC_HANDLER": "h"}
	for index := 0; index < len(pairs); index += 2 {
		values[pairs[index]] = pairs[index+1]
	}
	return Load(func(name string) (string, bool) { value, found := values[name]; return value, found })
}

// The defaults are those of SPEC.md; an empty value counts as not set (LOAD-16).
func TestDefaults(t *testing.T) {
	loaded, err := load("FUNC_TIMEOUT", "")
	if err != nil {
		t.Fatal(err)
	}
	if loaded.Timeout != 180*time.Second || loaded.Grace != 185*time.Second || loaded.Port != 8080 ||
		loaded.IdleTimeout != 120*time.Second || loaded.BodyLimit != 50<<20 || loaded.Workers != 16 ||
		loaded.Concurrency != 128 || loaded.JSON || loaded.Text("KUBELESS_INSTALL_VOLUME") != "/kubeless" {
		t.Errorf("%+v", loaded)
	}
}

// FUNC_CALLS_PER_WORKER has a default of each kind, which 0 stands for.
func TestCallsPerWorker(t *testing.T) {
	for value, want := range map[string]int{"": 0, "16": 16} {
		if loaded, err := load("FUNC_CALLS_PER_WORKER", value); err != nil || loaded.CallsPerWorker != want {
			t.Error(value, loaded.CallsPerWorker, err)
		}
	}
}

// LIFECYCLE-5: a grace shorter than the timeout is raised to it.
func TestGrace(t *testing.T) {
	if loaded, err := load("FUNC_TIMEOUT", "1000000"); err != nil || loaded.Grace != 1_000_005*time.Second {
		t.Error(loaded.Grace, err)
	}
	for grace, want := range map[string]time.Duration{"0": 1500 * time.Millisecond, "3": 3 * time.Second} {
		loaded, err := load("FUNC_TIMEOUT", "1.5", "FUNC_GRACE_PERIOD", grace)
		if err != nil || loaded.Grace != want {
			t.Error(grace, loaded.Grace, err)
		}
	}
}

// LOAD-12, LOAD-15: each bad value is named with what was wanted.
func TestBadSettings(t *testing.T) {
	seconds := "a number of seconds greater than 0, at most 1000000"
	for _, one := range [][3]string{
		{"FUNC_TIMEOUT", "1e3", seconds}, {"FUNC_TIMEOUT", "0", seconds}, {"FUNC_TIMEOUT", "-1", seconds},
		{"FUNC_TIMEOUT", "inf", seconds}, {"FUNC_TIMEOUT", " 1", seconds}, {"FUNC_TIMEOUT", "1.", seconds},
		{"FUNC_TIMEOUT", ".5", seconds}, {"FUNC_TIMEOUT", "1000001", seconds}, {"FUNC_IDLE_TIMEOUT", "0", seconds},
		{"FUNC_GRACE_PERIOD", "x", "a number of seconds, at most 1000000"},
		{"REQ_MB_LIMIT", "0.0", "a number of MiB greater than 0, at most 1000000"},
		{"FUNC_PORT", "65536", "a whole number from 1 to 65535"}, {"FUNC_PORT", "+1", "a whole number from 1 to 65535"},
		{"FUNC_WORKERS", "1025", "a whole number from 1 to 1024"},
		{"FUNC_CALLS_PER_WORKER", "0", "a whole number from 1 to 1024"},
		{"FUNC_CONCURRENCY", "0", "a whole number from 1 to 65536"}, {"FUNC_LOG_FORMAT", "xml", "one of apache, json"},
	} {
		_, err := load(one[0], one[1])
		if want := "setting `" + one[0] + "` is `" + one[1] + "`, not " + one[2]; err == nil || err.Error() != want {
			t.Errorf("%v instead of %s", err, want)
		}
	}
	_, err := load("MOD_NAME", "", "FUNC_HANDLER", "", "FUNC_PORT", "x")
	if err == nil || strings.Count(err.Error(), "\n") != 2 || !strings.Contains(err.Error(), "setting `MOD_NAME` is missing\n") {
		t.Error(err)
	}
}
