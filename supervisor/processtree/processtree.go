// Package processtree ends a worker and every process that it has started (TIMEOUT-11).
package processtree

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Kill ends a worker that leads a session, and its tree.
func Kill(root int) {
	_ = unix.Kill(root, unix.SIGSTOP)
	KillRest(root)
	_ = unix.Kill(root, unix.SIGKILL)
}

// KillRest ends the session and the process group of a worker that may have ended, and all that descend
// from it. They are stopped first, and looked for until no other shows, because a running process could
// start another one meanwhile.
func KillRest(root int) {
	members := map[int]bool{root: true}
	for grown := true; grown; {
		grown = false
		for _, id := range relatives(root, members, processes()) {
			_ = unix.Kill(id, unix.SIGSTOP)
			grown = true
		}
	}
	delete(members, root)
	for id := range members {
		_ = unix.Kill(id, unix.SIGKILL)
	}
}

// process is a process of the container: its parent, its process group and its session.
type process struct{ id, parent, group, session int }

// relatives adds the processes of a worker's tree to `members`, and lists those that were none before.
func relatives(root int, members map[int]bool, all []process) []int {
	found := []int{}
	for grown := true; grown; {
		grown = false
		for _, one := range all {
			related := members[one.parent] || one.group == root || one.session == root
			if related && !members[one.id] {
				members[one.id], grown = true, true
				found = append(found, one.id)
			}
		}
	}
	return found
}

func processes() []process {
	all := []process{}
	folder, err := os.Open("/proc")
	if err != nil {
		return all
	}
	defer folder.Close()
	names, _ := folder.Readdirnames(-1)
	for _, name := range names {
		id, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		content, _ := os.ReadFile("/proc/" + name + "/stat")
		text := string(content)
		// ID (NAME) STATE PARENT GROUP SESSION ...: the name may hold anything.
		fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		if len(fields) < 4 {
			continue // it has ended meanwhile
		}
		parent, _ := strconv.Atoi(fields[1])
		group, _ := strconv.Atoi(fields[2])
		session, _ := strconv.Atoi(fields[3])
		all = append(all, process{id, parent, group, session})
	}
	return all
}
