// Package processtree ends a worker and every process that it has started (TIMEOUT-11).
package processtree

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Kill ends a worker that leads a session, and its tree.
func Kill(root int) {
	_ = unix.Kill(root, unix.SIGSTOP)
	KillRest(root)
	_ = unix.Kill(root, unix.SIGKILL)
}

// KillRest ends the session and the process group of a worker that may have ended, and all that descend
// from it. They are stopped first, because a running process could start another one meanwhile, and looked
// for until no other shows. A process that is sent SIGSTOP in the middle of a fork still ends that, so a look
// counts only if all were at rest when it began.
func KillRest(root int) {
	members := map[int]bool{root: true}
	atRest := false
	for end := time.Now().Add(stopTime); ; {
		all := processes()
		found := relatives(root, members, all)
		for _, id := range found {
			_ = unix.Kill(id, unix.SIGSTOP)
		}
		if len(found) == 0 && (atRest || time.Now().After(end)) {
			break
		}
		atRest = len(found) == 0 && areAtRest(members)
	}
	delete(members, root)
	for id := range members {
		_ = unix.Kill(id, unix.SIGKILL)
	}
}

// stopTime bounds the wait for processes to stop, because one in an uninterruptible system call doesn't.
const stopTime = 50 * time.Millisecond

// areAtRest tells whether no thread of these processes runs: each is stopped, or has ended.
func areAtRest(members map[int]bool) bool {
	for id := range members {
		threads, _ := filepath.Glob("/proc/" + strconv.Itoa(id) + "/task/*/stat")
		for _, thread := range threads {
			fields := fieldsOf(thread)
			if len(fields) > 0 && !strings.Contains("TtZX", fields[0]) {
				return false
			}
		}
	}
	return true
}

// fieldsOf are the fields of a file `stat` behind the name, which may hold anything:
// ID (NAME) STATE PARENT GROUP SESSION ...
func fieldsOf(path string) []string {
	content, _ := os.ReadFile(path)
	text := string(content)
	return strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
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
		fields := fieldsOf("/proc/" + name + "/stat")
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
