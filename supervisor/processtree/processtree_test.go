package processtree

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TIMEOUT-11: session, process group and descendants of a worker are its tree.
func TestRelatives(t *testing.T) {
	all := []process{
		{1, 0, 1, 1}, {10, 1, 10, 10}, {11, 10, 10, 10}, // a worker and its child
		{13, 12, 12, 12}, {12, 11, 12, 12}, // a grandchild in a session of its own, listed after its child
		{14, 1, 14, 10}, {15, 1, 10, 9}, // two whose parents have ended: one of its session, one of its group
		{20, 1, 20, 20}, {21, 20, 20, 20}, // another worker
	}
	found := relatives(10, map[int]bool{10: true}, all)
	slices.Sort(found)
	if !slices.Equal(found, []int{11, 12, 13, 14, 15}) {
		t.Error(found)
	}
}

// TIMEOUT-11: before the last look no thread of the tree runs, one in the middle of a fork included.
func TestAtRest(t *testing.T) {
	busy := exec.Command("sh", "-c", "while :; do :; done")
	if err := busy.Start(); err != nil {
		t.Fatal(err)
	}
	id := map[int]bool{busy.Process.Pid: true}
	if areAtRest(id) {
		t.Error("it runs")
	}
	_ = busy.Process.Signal(syscall.SIGSTOP)
	for end := time.Now().Add(5 * time.Second); !areAtRest(id); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it is stopped")
		}
	}
	_ = busy.Process.Kill()
	_ = busy.Wait()
	if !areAtRest(id) {
		t.Error("it has ended")
	}
}

// TIMEOUT-11: a process that goes on starting others ends with all of them.
func TestEndOfAProcessThatGoesOnStarting(t *testing.T) {
	mark := fmt.Sprintf("60.%d", os.Getpid())
	script := "for round in 1 2 3 4 5 6 7 8 9; do setsid sh -c 'setsid sleep " + mark + " & sleep " + mark + "' & done; wait"
	root := exec.Command("sh", "-c", script)
	root.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := root.Start(); err != nil {
		t.Fatal(err)
	}
	for len(running(mark)) == 0 {
		time.Sleep(time.Millisecond)
	}
	Kill(root.Process.Pid)
	_ = root.Wait()
	for end := time.Now().Add(5 * time.Second); len(running(mark)) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("still there: ", running(mark))
		}
	}
}

// running lists the processes that have `mark` in their arguments.
func running(mark string) []int {
	found := []int{}
	for _, one := range processes() {
		content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", one.id))
		if strings.Contains(string(content), mark) && one.id != os.Getpid() {
			found = append(found, one.id)
		}
	}
	return found
}
