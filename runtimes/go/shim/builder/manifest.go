package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// errGopkg is the sentence that says how to move from dep to modules.
var errGopkg = errors.New("`Gopkg.toml` is not read any more: dep has been retired in favour of Go " +
	"modules\nhint: run `go mod init kubeless && go mod tidy` beside the function and deploy the " +
	"go.mod that this makes; each `[[constraint]]` becomes a line `require NAME VERSION`")

var (
	ofGopkg  = regexp.MustCompile(`(?m)^\s*(\[\[(constraint|override)\]\]|\[prune\]|required\s*=)`)
	ofModule = regexp.MustCompile(`(?m)^\s*module\s`)
)

// readManifest gives the content of the function's go.mod, empty if it has none.
func readManifest(loaded settings) ([]byte, error) {
	content, err := os.ReadFile(loaded.manifest)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	_, missing := os.Stat(filepath.Join(loaded.volume, "Gopkg.toml"))
	beside := missing == nil && len(content) == 0
	if beside || filepath.Base(loaded.manifest) == "Gopkg.toml" && len(content) > 0 || ofGopkg.Match(content) {
		return nil, errGopkg
	}
	if strings.TrimSpace(string(content)) == "" {
		return nil, nil
	}
	if !ofModule.Match(content) {
		content = append([]byte("module kubeless\n\n"), content...)
	}
	return content, nil
}

// requirements are the shim's modules and where they are in the image, from the shim's folder. They require
// only each other, so they have no say in the versions of the function's own (IMAGE-8).
var requirements = map[string]string{
	"github.com/kubeless/kubeless@v1.0.8": "kubeless",
	"kubeless.invalid/shim@v0.0.0":        "",
	"runtimes.invalid/protocol@v0.0.0":    "../../../supervisor/protocol",
}

// plainManifest is the go.mod of a function that has none.
func plainManifest(shim string) []byte {
	text := "module kubeless\n\ngo " + language() + "\n"
	for requirement, folder := range requirements {
		name, version, _ := strings.Cut(requirement, "@")
		text += "\nrequire " + name + " " + version +
			"\n\nreplace " + name + " => " + filepath.Join(shim, folder) + "\n"
	}
	return []byte(text)
}

// edits are the arguments of `go mod edit` that add the shim to the function's own go.mod.
func edits(shim string) []string {
	arguments := []string{"mod", "edit"}
	for requirement, folder := range requirements {
		name, _, _ := strings.Cut(requirement, "@")
		arguments = append(arguments, "-require="+requirement,
			"-replace="+name+"="+filepath.Join(shim, folder))
	}
	return arguments
}

// language is the version of Go that this program was compiled with, `1.24` for instance.
func language() string {
	parts := regexp.MustCompile(`\d+`).FindAllString(runtime.Version(), 2)
	return strings.Join(parts, ".")
}
