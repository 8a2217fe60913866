package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// stopped stops a process and all that it has started, so that none of them starts another one
// meanwhile, and returns them.
func stopped(ancestor int) []int {
	known := map[int]bool{ancestor: true}
	_ = unix.Kill(ancestor, unix.SIGSTOP)
	for {
		found := 0
		for _, pid := range descendants(ancestor) {
			if !known[pid] {
				known[pid] = true
				found++
				_ = unix.Kill(pid, unix.SIGSTOP)
			}
		}
		if found == 0 {
			return slices.Collect(maps.Keys(known))
		}
	}
}

// descendants returns the processes that a process has started, and those that they have.
func descendants(ancestor int) []int {
	children := map[int][]int{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		// PID (NAME) STATE PARENT ...: the name may hold anything.
		fields := bytes.Fields(content[bytes.LastIndexByte(content, ')')+1:])
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if len(fields) < 2 {
			continue
		}
		if parent, err := strconv.Atoi(string(fields[1])); err == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	found := children[ancestor]
	for next := 0; next < len(found); next++ {
		found = append(found, children[found[next]]...)
	}
	return found
}
