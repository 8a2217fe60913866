package main

import (
	"os"
	"os/exec"
	"slices"
	"testing"
)

func TestDescendants(t *testing.T) {
	child := exec.Command("sleep", "5")
	if err := child.Start(); err != nil {
		t.Skip(err)
	}
	defer child.Process.Kill()
	if !slices.Contains(descendants(os.Getpid()), child.Process.Pid) {
		t.Error("the child was not found")
	}
}
