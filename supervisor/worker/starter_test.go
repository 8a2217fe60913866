package worker

import (
	"fmt"
	"os"
	"syscall"
	"testing"
)

// FAILURE-9: the kernel ends a worker, and not the supervisor, when memory runs out.
func TestWorkersAreTheFirstToEnd(t *testing.T) {
	id, err := newStarter().start([]string{"/bin/sleep", "60"}, nil, []uintptr{0, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(id, syscall.SIGKILL)
	score, err := os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj", id))
	if err != nil || string(score) != "1000\n" {
		t.Errorf("its score is %q (%v)", score, err)
	}
}
