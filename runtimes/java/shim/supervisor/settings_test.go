package main

import (
	"strings"
	"testing"
	"time"
)

var required = []string{"MOD_NAME=Foo", "FUNC_HANDLER=foo"}

func TestDefaults(t *testing.T) {
	got, problems := readSettings(required)
	want := settings{
		module: "Foo", handler: "foo", timeout: 180 * time.Second, concurrency: 128, grace: 185 * time.Second, port: 8080,
	}
	if got != want || len(problems) > 0 {
		t.Errorf("got %+v and %v, want %+v", got, problems, want)
	}
}

func TestAllProblemsAreNamed(t *testing.T) {
	bad := map[string]string{
		"FUNC_TIMEOUT": "soon", "FUNC_PORT": "65536", "REQ_MB_LIMIT": "-1", "FUNC_WORKERS": "0",
		"FUNC_CONCURRENCY": "1.5", "FUNC_LOG_FORMAT": "xml", "FUNC_GRACE_PERIOD": "nan",
	}
	environment := []string{"FUNC_HANDLER=foo"}
	for name, value := range bad {
		environment = append(environment, name+"="+value)
	}
	_, problems := readSettings(environment)
	all := strings.Join(problems, "; ")
	for name, value := range bad {
		if !strings.Contains(all, "`"+name+"` is `"+value+"`") {
			t.Errorf("`%s` is not named with its value in %q", name, all)
		}
	}
	if !strings.Contains(all, "`MOD_NAME` is not set") {
		t.Errorf("the missing variable is not named in %q", all)
	}
}

func TestGraceIsNeverShorterThanTheTimeout(t *testing.T) {
	got, _ := readSettings(append(required, "FUNC_TIMEOUT=1.5", "FUNC_GRACE_PERIOD=0.1"))
	if got.grace != 1500*time.Millisecond {
		t.Errorf("got %v", got.grace)
	}
}
