package serve

import (
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"runtimes.invalid/protocol"
	"runtimes.invalid/supervisor/pool"
	"runtimes.invalid/supervisor/settings"
	"runtimes.invalid/supervisor/worker"
)

const timeout = time.Second

// retired makes a server and a worker that was retired one FUNC_TIMEOUT ago and holds one request.
func retired(t *testing.T, now int64) (*Server, *worker.Handle, *protocol.Slot) {
	process := exec.Command("sleep", "60")
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	file, err := unix.MemfdCreate("table", unix.MFD_CLOEXEC)
	if err == nil {
		err = unix.Ftruncate(file, int64(protocol.Size(1)))
	}
	if err != nil {
		t.Fatal(err)
	}
	table, err := protocol.Map(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
		table.Unmap()
		_ = unix.Close(file)
	})
	slot := table.Slot(0)
	if !slot.Hand() || !slot.Begin(now, now+int64(time.Minute)) {
		t.Fatal("the slot takes no request")
	}
	w := &worker.Handle{
		ID: process.Process.Pid, Table: table, Slots: make([]worker.SlotUse, 1), Used: []int{0},
		Retired: now - int64(timeout),
	}
	return &Server{settings: settings.Settings{Timeout: timeout}, pool: &pool.Pool{}}, w, slot
}

// TIMEOUT-7: a worker begins what it has received until it learns that it was retired, so such a call has
// its deadline after that of the calls before it.
func TestRetiredWorkerKeepsACallThatHasTimeLeft(t *testing.T) {
	now := protocol.Now()
	s, w, slot := retired(t, now)
	slot.Enter(protocol.Calling, now, now+int64(10*time.Millisecond))
	if s.scan(w, now); w.Killed != 0 {
		t.Error("it was killed, though its call has time left")
	}
}

// TIMEOUT-6: an upload that takes long doesn't keep a late call alive.
func TestRetiredWorkerEndsThoughItReadsARequest(t *testing.T) {
	now := protocol.Now()
	s, w, _ := retired(t, now)
	if s.scan(w, now); w.Killed == 0 {
		t.Error("it goes on")
	}
}

// TIMEOUT-6: a request that waits for a turn that never comes doesn't keep late calls alive.
func TestRetiredWorkerEndsThoughARequestWaits(t *testing.T) {
	now := protocol.Now()
	s, w, slot := retired(t, now)
	slot.Enter(protocol.Waiting, now, 0)
	if s.scan(w, now); w.Killed != 0 {
		t.Error("it was killed before the request could have had its turn")
	}
	later := now + int64(timeout)
	if s.scan(w, later); w.Killed == 0 {
		t.Error("it goes on")
	}
}
