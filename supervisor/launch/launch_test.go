package launch

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func load(t *testing.T, text string) (Runtime, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "runtime.json")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return Load(file)
}

const java = `{"command": ["${HOME_OF_JAVA}/java", "-cp", "${VOLUME}/*", "Main"], "kind": "many", "path": "connection",
	"environment": {"LC_CTYPE": {"value": "C.UTF-8", "unless": ["LANG", "LC_ALL"]}},
	"options": [{"arguments": ["-XX:+UseSerialGC"], "unless": ["JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"], "contain": "GC"}]}`

func values(pairs ...string) func(string) string {
	return func(name string) string {
		for index := 0; index < len(pairs); index += 2 {
			if pairs[index] == name {
				return pairs[index+1]
			}
		}
		return ""
	}
}

// Settings are put into the command; options are added behind the program unless the environment has such.
func TestArguments(t *testing.T) {
	loaded, err := load(t, java)
	if err != nil {
		t.Fatal(err)
	}
	settings := values("HOME_OF_JAVA", "/java", "VOLUME", "/kubeless")
	found := loaded.Arguments(settings, values("JDK_JAVA_OPTIONS", "-Xmx1g"))
	if !slices.Equal(found, []string{"/java/java", "-XX:+UseSerialGC", "-cp", "/kubeless/*", "Main"}) {
		t.Error(found)
	}
	found = loaded.Arguments(settings, values("JAVA_TOOL_OPTIONS", "-XX:+UseG1GC"))
	if !slices.Equal(found, []string{"/java/java", "-cp", "/kubeless/*", "Main"}) {
		t.Error(found)
	}
}

// The address of a server of path `request` is left for the relay to put in.
func TestAddress(t *testing.T) {
	loaded, err := load(t, `{"command": ["serve", "--listen=${WORKER_SOCKET}", "${MOD_NAME}"], "kind": "many", "path": "request"}`)
	if err != nil {
		t.Fatal(err)
	}
	found := loaded.Arguments(values("MOD_NAME", "hello", "WORKER_SOCKET", "x"), values())
	if !slices.Equal(found, []string{"serve", "--listen=${WORKER_SOCKET}", "hello"}) {
		t.Error(found)
	}
}

// A variable is added unless one of the others has a value; the container's own are kept (LOAD-10).
func TestVariables(t *testing.T) {
	loaded, _ := load(t, java)
	own := []string{"A=", "LANG="}
	if found := loaded.Variables(own, values()); !slices.Equal(found, []string{"LC_CTYPE=C.UTF-8", "A=", "LANG="}) {
		t.Error(found)
	}
	if found := loaded.Variables(own, values("LC_ALL", "C")); !slices.Equal(found, own) {
		t.Error(found)
	}
	given := []string{"LC_CTYPE=C", "A="}
	if found := loaded.Variables(given, values()); !slices.Equal(found, []string{"LC_CTYPE=C.UTF-8", "A="}) {
		t.Error(found)
	}
}

// A mistake in the file is named.
func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`{`: "is malformed", `{"comand": []}`: `unknown field "comand"`, `{}`: "has no `command`",
		`{"command": ["x"], "kind": "some"}`:                                         "`kind` in",
		`{"command": ["x"], "kind": "one", "path": "socket"}`:                        "`path` in",
		`{"command": ["x"], "kind": "one", "path": "request", "template": true}`:     "`template` in",
		`{"command": ["x"], "kind": "many", "path": "connection", "template": true}`: "`template` in",
		`{"command": ["x"], "kind": "one", "path": "connection", "most_calls": -1}`:  "`most_calls` in",
	} {
		if _, err := load(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := Load("/nowhere/runtime.json"); err == nil {
		t.Error("a missing file is no mistake")
	}
}
