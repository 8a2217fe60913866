package main

import (
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Messages are one type byte and a slot; `Link.java` has the same letters.
const (
	toConnection = 'C' // serve this connection (its descriptor, slot, generation, address)
	toInterrupt  = 'T' // the call in this slot has passed its deadline
	toRetire     = 'R' // close each connection after its present answer
	fromLoaded   = 'L' // the function is loaded
	fromClosed   = 'X' // the connection in this slot has ended
	fromExit     = 'E' // the call in this slot wants to end the process
	fromRetire   = 'F' // this worker had better be replaced
	fromLogged   = 'A' // there is a line in a ring that sleeps
)

// worker is one JVM. Its fields are guarded by the supervisor's lock, but for those set once.
type worker struct {
	pid        int
	generation uint32
	link       *net.UnixConn
	ring       *ring
	loaded     bool
	ended      bool
	wantsEnd   bool // to be retired as soon as there is a replacement
	retiredAt  time.Time
}

// command returns the JVM's path and arguments.
func command(home string) (string, []string) {
	java := filepath.Join(home, "java", "bin", "java")
	jars, _ := filepath.Glob(filepath.Join(home, "lib", "*.jar"))
	arguments := []string{
		java,
		"-XX:SharedArchiveFile=" + filepath.Join(home, "shim.jsa"), "-Xshare:auto",
		"-Xlog:disable", "-Xlog:all=error:stderr",
		// IMAGE-10: a small heap at first, so that early garbage doesn't look like growth.
		"-Xms24m", "-XX:MaxRAMPercentage=50", "-XX:-UsePerfData",
		// A loop over an int must not keep the JVM's other threads from their safepoint.
		"-XX:+UseCountedLoopSafepoints", "-XX:LoopStripMiningIter=1000",
		"-Djava.awt.headless=true", "-Dfile.encoding=UTF-8", "-Dsun.jnu.encoding=UTF-8",
		"-Djava.security.egd=file:/dev/urandom",
		"--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
		"--enable-native-access=ALL-UNNAMED",
	}
	if !strings.Contains(os.Getenv("JDK_JAVA_OPTIONS")+os.Getenv("JAVA_TOOL_OPTIONS"), "GC") {
		arguments = append(arguments, "-XX:+UseSerialGC")
	}
	return java, append(arguments, "-cp", strings.Join(jars, ":"), "io.kubeless.runtime.Main", home)
}

// environment returns the worker's: the container's, and an encoding where that says nothing of one,
// without which the JVM can't read values that aren't ASCII (LOAD-10).
func environment(own []string) []string {
	for _, entry := range own {
		name, value, _ := strings.Cut(entry, "=")
		if value != "" && (name == "LANG" || name == "LC_ALL" || name == "LC_CTYPE") {
			return own
		}
	}
	return append(own, "LC_CTYPE=C.UTF-8")
}

// startWorker starts a JVM with a link, the table and a ring on descriptors 3, 4 and 5.
//
// TIMEOUT-11: it leads a process group, which is ended as a whole.
func startWorker(home string, generation uint32, shared *table) (*worker, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(pair[1])
	ours := os.NewFile(uintptr(pair[0]), "link")
	defer ours.Close()
	connection, err := net.FileConn(ours)
	if err != nil {
		return nil, err
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	lines, err := newRing()
	if err != nil {
		return nil, err
	}
	path, arguments := command(home)
	files := []uintptr{
		null.Fd(), 1, 2, uintptr(pair[1]), uintptr(shared.descriptor), uintptr(lines.descriptor),
	}
	pid, err := syscall.ForkExec(path, arguments, &syscall.ProcAttr{
		Env: environment(os.Environ()), Files: files, Sys: &syscall.SysProcAttr{Setpgid: true},
	})
	if err != nil {
		connection.Close()
		lines.free()
		return nil, err
	}
	link := connection.(*net.UnixConn)
	return &worker{pid: pid, generation: generation, link: link, ring: lines}, nil
}

// send tells the worker something; a dead worker is noticed elsewhere.
func (w *worker) send(kind byte, slot int) {
	_ = w.tell(binary.LittleEndian.AppendUint32([]byte{kind}, uint32(slot)), nil)
}

// tell never waits: the supervisor's lock is held, and the worker may not read for a long time.
func (w *worker) tell(message, rights []byte) error {
	raw, err := w.link.SyscallConn()
	if err != nil {
		return err
	}
	failure := raw.Control(func(link uintptr) {
		err = unix.Sendmsg(int(link), message, rights, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
	})
	if failure != nil {
		return failure
	}
	return err
}

// hand gives the worker a connection.
func (w *worker) hand(slot int, descriptor int, client *net.TCPAddr) error {
	message := binary.LittleEndian.AppendUint32([]byte{toConnection}, uint32(slot))
	message = binary.LittleEndian.AppendUint32(message, w.generation)
	message = binary.LittleEndian.AppendUint16(message, uint16(client.Port))
	address := client.IP.To4()
	if address == nil {
		address = client.IP.To16()
	}
	return w.tell(append(message, address...), unix.UnixRights(descriptor))
}

// kill ends the worker and all processes that it has started.
func (w *worker) kill() {
	if w.ended {
		return
	}
	for _, pid := range stopped(w.pid) { // TIMEOUT-11: those that left the group too
		_ = unix.Kill(pid, unix.SIGKILL)
	}
	_ = unix.Kill(-w.pid, unix.SIGKILL)
}

// reap waits for all children, orphans included (LIFECYCLE-7), and reports each that has ended.
func reap(signals <-chan os.Signal, ended func(pid int, status unix.WaitStatus)) {
	for range signals {
		for {
			var status unix.WaitStatus
			pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
			if err == unix.EINTR {
				continue
			}
			if pid <= 0 {
				break
			}
			ended(pid, status)
		}
	}
}
