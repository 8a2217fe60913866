package main

import (
	"encoding/binary"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"kubeless.invalid/shim/accesslog"
	"kubeless.invalid/shim/clock"
	"kubeless.invalid/shim/table"
)

// process is a worker.
type process struct {
	id      int
	control int
	table   *table.Table
	startup *capture
	holders []holder // by slot
	free    []int    // slots
	used    []int    // slots
	ready   bool
	busy    bool  // holds a request, as of the last tick
	retired int64 // clock.Now(); 0: it is not
	killed  bool
}

// holder is what the supervisor knows of a slot in use.
type holder struct {
	connection *connection // nil once it has been taken back
	requests   uint32      // as of the last tick
	ticks      int         // for how long it has been idle
}

// release takes the connection back.
func (h *holder) release() *connection {
	connection := h.connection
	h.connection = nil
	return connection
}

// hand gives a connection to the worker; false if it can't take one now. Its request is noted, so
// that it is counted and logged though the worker should end before it has read it
// (OBSERVABILITY-3).
func (p *process) hand(c *connection, entry *accesslog.Entry) bool {
	if len(p.free) == 0 {
		return false
	}
	number := p.free[len(p.free)-1]
	slot := p.table.Slot(number)
	slot.SetAddress(c.address)
	slot.Begin(entry, clock.Now())
	slot.Requests.Store(0)
	slot.Deadline.Store(0)
	slot.State.Store(table.Handed)
	if !p.tell(uint32(number), unix.UnixRights(c.descriptor)) {
		slot.State.Store(table.Free)
		return false
	}
	p.free = p.free[:len(p.free)-1]
	p.used = append(p.used, number)
	p.holders[number] = holder{connection: c}
	return true
}

func (p *process) tell(message uint32, rights []byte) bool {
	datagram := binary.NativeEndian.AppendUint32(nil, message)
	flags := unix.MSG_DONTWAIT | unix.MSG_NOSIGNAL
	return unix.Sendmsg(p.control, datagram, rights, nil, flags) == nil
}

// kill ends the worker and all processes that it has started (TIMEOUT-11).
func (p *process) kill() {
	p.killed = true
	_ = unix.Kill(p.id, unix.SIGSTOP)
	endTree(p.id)
	_ = unix.Kill(p.id, unix.SIGKILL)
}

// endTree kills the session of a process and all that descend from it, but not the process itself,
// which may have ended. They are stopped first, and looked for until no other shows, so that none
// starts one meanwhile.
func endTree(root int) {
	members := map[int]bool{root: true}
	for grown := true; grown; {
		grown = false
		for _, id := range family(root, members, relatives()) {
			_ = unix.Kill(id, unix.SIGSTOP)
			grown = true
		}
	}
	delete(members, root)
	for id := range members {
		_ = unix.Kill(id, unix.SIGKILL)
	}
}

// relative is a process of the container: its parent and its session.
type relative struct{ id, parent, session int }

// family adds the processes of a worker's session, and all that descend from it, to its `members`
// and lists those that were none before.
func family(root int, members map[int]bool, all []relative) []int {
	found := []int{}
	for grown := true; grown; {
		grown = false
		for _, one := range all {
			if !members[one.id] && (members[one.parent] || one.session == root) {
				members[one.id], grown = true, true
				found = append(found, one.id)
			}
		}
	}
	return found
}

func relatives() []relative {
	all := []relative{}
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		id, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		content, _ := os.ReadFile("/proc/" + entry.Name() + "/stat")
		text := string(content)
		// The name, in parentheses, may hold anything.
		fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		if len(fields) < 4 {
			continue
		}
		parent, _ := strconv.Atoi(fields[1])
		session, _ := strconv.Atoi(fields[3])
		all = append(all, relative{id, parent, session})
	}
	return all
}
