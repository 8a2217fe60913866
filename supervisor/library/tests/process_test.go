package library_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func itoa(number int) string { return strconv.Itoa(number) }

// stat is what /proc tells of a process, from its state on.
func stat(process string) []string {
	content, err := os.ReadFile(filepath.Join("/proc", process, "stat"))
	if err != nil {
		return nil
	}
	return strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+2:]))
}

func session(t *testing.T, process int) int {
	t.Helper()
	fields := stat(itoa(process))
	if len(fields) < 4 {
		t.Fatalf("the process `%d` is gone", process)
	}
	number, _ := strconv.Atoi(fields[3])
	return number
}

func children(t *testing.T, parent int) int {
	t.Helper()
	processes, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, process := range processes {
		if fields := stat(process.Name()); len(fields) > 1 && fields[1] == itoa(parent) {
			count++
		}
	}
	return count
}
