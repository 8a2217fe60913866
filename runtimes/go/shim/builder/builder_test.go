package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	made := t.TempDir()
	for name, content := range files {
		path := filepath.Join(made, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return made
}

func TestSettings(t *testing.T) { // IMAGE-13
	for value, good := range map[string]bool{
		"Handler": true, "hello.Handler": true, "": true, "handler": false, "H; touch x": false, "1": false,
	} {
		loaded, err := load(func(name string) (string, bool) {
			return map[string]string{"KUBELESS_FUNC_NAME": value}[name], true
		})
		if (err == nil) != good {
			t.Errorf("%q: %v", value, err)
		}
		if good && value != "" && loaded.handler != "Handler" {
			t.Errorf("%q gives %q", value, loaded.handler)
		}
	}
}

// A folder that a config map mounts is a link; one to a folder above it is left out.
func TestLinkedFolderIsCopied(t *testing.T) {
	from := folder(t, map[string]string{"..data/hello.go": "a", "..data/words/words.go": "b"})
	to := filepath.Join(t.TempDir(), "copy")
	for link, target := range map[string]string{
		"hello.go": "..data/hello.go", "words": "..data/words", "..data/words/loop": ".."} {
		if err := os.Symlink(target, filepath.Join(from, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := copySource(from, to); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"hello.go", "words/words.go"} {
		if information, err := os.Lstat(filepath.Join(to, name)); err != nil || !information.Mode().IsRegular() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file that the compiler leaves out is none of the function's.
func TestBuildConstraints(t *testing.T) {
	found, err := inspect(folder(t, map[string]string{
		"hello.go":         "package kubeless\n\nfunc Handler() {}\n",
		"local.go":         "//go:build ignore\n\npackage main\n",
		"hello_windows.go": "package kubeless\n\nfunc Other() {}\n",
	}))
	if err != nil || len(found.modules) != 1 || len(found.names) != 1 {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestSourceIsCopied(t *testing.T) {
	from := folder(t, map[string]string{
		"a.go": "a", "sub/b.go": "b", "server": "old", ".modules/go.mod": "m", "..data/c.go": "c"})
	if err := os.Symlink(filepath.Join(from, "..data/c.go"), filepath.Join(from, "c.go")); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "copy")
	if err := copySource(from, to); err != nil {
		t.Fatal(err)
	}
	for name, wanted := range map[string]bool{
		"a.go": true, "sub/b.go": true, "c.go": true, "server": false, ".modules": false, "..data": false,
	} {
		if information, err := os.Lstat(filepath.Join(to, name)); (err == nil) != wanted {
			t.Errorf("%s: %v", name, err)
		} else if wanted && !information.Mode().IsRegular() {
			t.Errorf("%s is no file", name)
		}
	}
}

const imports = "package kubeless\nimport \"github.com/kubeless/kubeless/pkg/functions\"\n"

func TestHandlers(t *testing.T) { // LOAD-2, LOAD-6
	found, err := inspect(folder(t, map[string]string{
		"hello.go": imports + "func Handler(e functions.Event, c functions.Context) (string, error) { return \"\", nil }\n" +
			"func small() {}\ntype Thing struct{}\nfunc (Thing) Method() {}\nvar Number = 42\nconst Text = \"a\"\n",
		"more.go":       "package kubeless\nvar Variable = wrap(Handler)\nfunc Wrong() {}\nfunc Generic[T any](a, b T) (T, error) { return a, nil }\n",
		"hello_test.go": "package other\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(found.modules, " ") != "hello more" {
		t.Error(found.modules)
	}
	for handler, want := range map[string]string{
		"Handler": "", "Variable": "", "Absent": "found: `Generic`, `Handler`, `Variable`, `Wrong`", "Method": "does not exist",
		"Number": "can't be called", "Text": "can't be called", "Thing": "can't be called",
		"Wrong": "can't be called", "Generic": "can't be called",
	} {
		err := found.check(handler)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", handler, err)
		}
	}
}

func TestOtherPackage(t *testing.T) {
	if _, err := inspect(folder(t, map[string]string{"a.go": "package main\n"})); err == nil ||
		!strings.Contains(err.Error(), "a.go: the package is `main`") {
		t.Error(err)
	}
	if _, err := inspect(t.TempDir()); err == nil {
		t.Error("an empty folder was accepted")
	}
}

func TestManifests(t *testing.T) {
	for _, one := range []struct {
		files map[string]string
		want  string
		fails bool
	}{
		{map[string]string{}, "", false},
		{map[string]string{"go.mod": "\n"}, "", false},
		{map[string]string{"go.mod": "module a\n"}, "module a\n", false},
		{map[string]string{"go.mod": "require b v1.0.0\n"}, "module kubeless\n\nrequire b v1.0.0\n", false},
		{map[string]string{"Gopkg.toml": ""}, "", true},
		{map[string]string{"go.mod": "[[constraint]]\n  name = \"a\"\n"}, "", true},
	} {
		volume := folder(t, one.files)
		content, err := readManifest(settings{volume: volume, manifest: filepath.Join(volume, "go.mod")})
		if string(content) != one.want || (err != nil) != one.fails {
			t.Errorf("%v gives %q, %v", one.files, content, err)
		}
		if err != nil && !strings.Contains(err.Error(), "go mod init") {
			t.Errorf("the message does not say how to move: %v", err)
		}
	}
}

func TestModulePath(t *testing.T) {
	for manifest, want := range map[string]string{
		"module kubeless\n": "kubeless", "// x\nmodule \"a.b/c\" // y\n": "a.b/c", "": "kubeless",
	} {
		if found := modulePath([]byte(manifest)); found != want {
			t.Errorf("%q gives %q", manifest, found)
		}
	}
}
