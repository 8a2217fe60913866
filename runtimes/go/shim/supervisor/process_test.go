package main

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

func TestFamily(t *testing.T) { // TIMEOUT-11
	all := []relative{
		{1, 0, 1}, {10, 1, 10}, {11, 10, 10}, // a worker and its child
		{13, 12, 12}, {12, 11, 12}, // a grandchild in a session of its own, listed after its child
		{14, 1, 10},               // one whose parent has ended
		{20, 1, 20}, {21, 20, 20}, // another worker
	}
	found := family(10, map[int]bool{10: true}, all)
	slices.Sort(found)
	if !slices.Equal(found, []int{11, 12, 13, 14}) {
		t.Error(found)
	}
}

func TestFamilyGrows(t *testing.T) { // TIMEOUT-11
	members := map[int]bool{10: true, 11: true}
	// 11 has ended, and what it had started by then has another parent; 12's child is new.
	found := family(10, members, []relative{{10, 1, 10}, {12, 10, 12}, {13, 12, 13}})
	if !slices.Equal(found, []int{12, 13}) || len(members) != 4 {
		t.Error(found, members)
	}
}

func TestEndOfAProcessThatGoesOnStarting(t *testing.T) { // TIMEOUT-11
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
	(&process{id: root.Process.Pid}).kill()
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
	for _, one := range relatives() {
		content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", one.id))
		if strings.Contains(string(content), mark) && one.id != os.Getpid() {
			found = append(found, one.id)
		}
	}
	return found
}

func TestRelatives(t *testing.T) {
	for _, one := range relatives() {
		if one.id == os.Getpid() {
			if one.parent != os.Getppid() {
				t.Errorf("%+v", one)
			}
			return
		}
	}
	t.Error("this process is missing")
}
