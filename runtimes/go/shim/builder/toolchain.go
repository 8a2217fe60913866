package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// toolchain runs `go` for one function.
type toolchain struct {
	folder      string // the function's own
	environment []string
}

// newToolchain gives `go` the environment of the phase: where modules come from, and whom to
// trust, is the user's to say (GOPROXY, GOPRIVATE, GOFLAGS, .netrc, SSL_CERT_FILE ...).
func newToolchain(work, cache string, extra ...string) (toolchain, error) {
	compiled, err := buildCache(work)
	environment := append(os.Environ(),
		"CGO_ENABLED=0", "GO111MODULE=on", "GOTOOLCHAIN=local", "GOWORK=off",
		"GOPATH="+filepath.Join(work, "path"), "GOMODCACHE="+cache, "GOCACHE="+compiled)
	if _, found := os.LookupEnv("HOME"); !found {
		environment = append(environment, "HOME="+work)
	}
	if bundle := os.Getenv("SSL_CERT_FILE"); bundle != "" && os.Getenv("GIT_SSL_CAINFO") == "" {
		environment = append(environment, "GIT_SSL_CAINFO="+bundle)
	}
	return toolchain{filepath.Join(work, "function"), append(environment, extra...)}, err
}

// buildCache is the image's own cache, or a copy where that can't be written.
func buildCache(work string) (string, error) {
	cache := os.Getenv("GOCACHE")
	if cache == "" {
		return filepath.Join(work, "cache"), nil
	}
	probe, err := os.CreateTemp(cache, "probe-")
	if err == nil {
		_ = probe.Close()
		return cache, os.Remove(probe.Name())
	}
	copied := filepath.Join(work, "cache")
	return copied, exec.Command("cp", "-r", cache, copied).Run()
}

// run runs `go`; the error holds what it has said.
func (t toolchain) run(arguments ...string) error {
	command := exec.Command("go", arguments...)
	command.Dir, command.Env = t.folder, t.environment
	errs := &strings.Builder{}
	command.Stderr = errs // on stdout `go list` lists
	err := command.Run()
	if err == nil {
		return nil
	}
	said := strings.TrimSpace(errs.String())
	if said == "" {
		said = "`go " + strings.Join(arguments, " ") + "`: " + err.Error()
	}
	return errors.New(said)
}
