package settings

import (
	"strings"
	"testing"
	"time"
)

func lookup(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, found := variables[name]
		return value, found
	}
}

func TestDefaults(t *testing.T) {
	loaded, err := Load(lookup(map[string]string{"MOD_NAME": "hello", "FUNC_HANDLER": "Handler"}))
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{
		Module: "hello", Handler: "Handler", TimeoutText: "180", Timeout: 180 * time.Second,
		Port: 8080, Volume: "/kubeless", BodyLimit: 50 << 20, Workers: 16, Concurrency: 128,
		Grace: 185 * time.Second,
	}
	if loaded != want {
		t.Errorf("%+v, not %+v", loaded, want)
	}
}

func TestDecimals(t *testing.T) { // TIMEOUT-12, LIFECYCLE-5
	loaded, _ := Load(lookup(map[string]string{
		"MOD_NAME": "m", "FUNC_HANDLER": "H", "FUNC_TIMEOUT": "0.5", "REQ_MB_LIMIT": "0.5",
		"FUNC_GRACE_PERIOD": "0.1",
	}))
	if loaded.Timeout != 500*time.Millisecond || loaded.BodyLimit != 1<<19 {
		t.Errorf("%v and %v", loaded.Timeout, loaded.BodyLimit)
	}
	if loaded.Grace != loaded.Timeout {
		t.Errorf("the grace %v is shorter than the timeout", loaded.Grace)
	}
}

func TestAllBadSettingsAtOnce(t *testing.T) { // LOAD-12, LOAD-13
	_, err := Load(lookup(map[string]string{
		"FUNC_TIMEOUT": "nan", "FUNC_PORT": "70000", "FUNC_WORKERS": "1.5", "REQ_MB_LIMIT": "-1",
		"FUNC_LOG_FORMAT": "xml", "FUNC_CONCURRENCY": "0", "FUNC_GRACE_PERIOD": "inf",
	}))
	if err == nil {
		t.Fatal("bad settings were accepted")
	}
	for _, part := range []string{
		"MOD_NAME", "FUNC_HANDLER", "`nan`", "`70000`", "`1.5`", "`-1`", "`xml`", "`0`", "`inf`",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%s is not named in:\n%v", part, err)
		}
	}
}
