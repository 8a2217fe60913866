package main

import (
	"os"
	"slices"
	"testing"
)

func TestFamily(t *testing.T) { // TIMEOUT-11
	all := []relative{
		{1, 0, 1}, {10, 1, 10}, {11, 10, 10}, // a worker and its child
		{13, 12, 12}, {12, 11, 12}, // a grandchild in a session of its own, listed after its child
		{14, 1, 10},               // one whose parent has ended
		{20, 1, 20}, {21, 20, 20}, // another worker
	}
	found := family(10, all)
	slices.Sort(found)
	if !slices.Equal(found, []int{11, 12, 13, 14}) {
		t.Error(found)
	}
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
