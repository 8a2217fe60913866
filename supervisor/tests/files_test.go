package tests

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func create(t *testing.T, file string) {
	t.Helper()
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}

func kill(id string) { send(id, syscall.SIGKILL) }

func send(id string, signal syscall.Signal) {
	if number, err := strconv.Atoi(id); err == nil {
		_ = syscall.Kill(number, signal)
	}
}

// runs tells whether a process is there and has not ended.
func runs(id string) bool {
	content, err := os.ReadFile("/proc/" + id + "/stat")
	return err == nil && !strings.Contains(string(content), ") Z ")
}
