// Package library_test drives the C library: its pure functions, and a worker that is linked with it, by
// a fake supervisor. All C is compiled with the sanitizers for addresses and undefined behaviour.
package library_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var built string // the folder of the programs

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "library")
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
	defer os.RemoveAll(folder)
	built = folder
	for program, source := range map[string]string{
		"testworker": "testworker/main.c", "judge": "judge/main.c",
	} {
		if err := compile(program, source); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			return 1
		}
	}
	return m.Run()
}

func compile(program, source string) error {
	library, err := filepath.Glob("../*.c")
	if err != nil {
		return err
	}
	arguments := append([]string{
		"-std=c11", "-D_GNU_SOURCE", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread",
		"-fsanitize=address,undefined", "-fno-sanitize-recover=all",
		"-o", filepath.Join(built, program), source,
	}, library...)
	output, err := exec.Command("gcc", arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("gcc can't compile `%s`: %w\n%s", source, err, output)
	}
	return nil
}
