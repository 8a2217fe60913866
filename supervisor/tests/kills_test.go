package tests

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	kills = flag.Int("kills", 60, "workers killed at random moments, for each kind")
	other = flag.String("runtime", "", "runtime.json of another worker, which answers as the fake one does")
)

// load asks for many things on several connections. Each request has a number of its own in its target.
type load struct {
	address string
	stopped atomic.Bool
	number  atomic.Int64
	mutex   sync.Mutex
	answers map[string]int // number of the request: status; 0: cut off
	wrong   []string
}

func (l *load) complain(format string, values ...any) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.wrong = append(l.wrong, fmt.Sprintf(format, values...))
}

// client asks until the load is stopped, on one connection for as long as the server keeps it.
func (l *load) client(random *rand.Rand) {
	var connection net.Conn
	var reader *bufio.Reader
	for !l.stopped.Load() {
		if connection == nil {
			var err error
			if connection, err = net.Dial("tcp", l.address); err != nil {
				l.complain("no connection: %v", err)
				return
			}
			reader = bufio.NewReader(connection)
		}
		if !l.ask(connection, reader, random) {
			if extra, _ := io.ReadAll(reader); len(extra) > 0 {
				l.complain("answered twice: %q", extra)
			}
			connection.Close()
			connection = nil
		}
	}
}

// ask asks once; false if the connection ends.
func (l *load) ask(connection net.Conn, reader *bufio.Reader, random *rand.Rand) bool {
	number := strconv.FormatInt(l.number.Add(1), 10)
	paths := []string{"/hello", "/hello", "/hello", "/sleep/0.002", "/sleep/0.02", "/large", "/stream/0.005"}
	path := paths[random.Intn(len(paths))]
	_ = connection.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := fmt.Fprintf(connection, "GET %s?number=%s HTTP/1.1\r\nHost: x\r\n\r\n", path, number); err != nil {
		l.complain("%s was not taken: %v", path, err)
		return false
	}
	answer, err := http.ReadResponse(reader, nil)
	if err != nil {
		l.complain("%s %s got no answer: %v", path, number, err)
		return false
	}
	defer answer.Body.Close()
	size, err := io.Copy(io.Discard, answer.Body)
	status := answer.StatusCode
	wants := map[string]int64{"/large": 4 << 20, "/stream/0.005": 9}[path]
	switch {
	case err != nil && (errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "reset")):
		status = 0
	case err != nil:
		l.complain("%s ended with %v", path, err)
	case status/100 == 2 && size != max(wants, 5):
		l.complain("%s had %d bytes", path, size)
	case status/100 != 2 && status != 500:
		l.complain("%s was answered %d", path, status)
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.answers[number] = status
	return !answer.Close && status/100 == 2
}

func killedKinds() []string {
	if *other != "" {
		return []string{"other"}
	}
	return []string{"many", "one", "template"}
}

// Under load, workers are killed at random moments: each request is answered once, logged once and counted
// once.
func TestRandomKills(t *testing.T) {
	for _, kind := range killedKinds() {
		t.Run(kind, func(t *testing.T) {
			r := start(t, kind, "FUNC_WORKERS=4", "FUNC_TIMEOUT=15")
			l := &load{address: r.address, answers: map[string]int{}}
			all := sync.WaitGroup{}
			for seed := range 12 {
				all.Add(1)
				go func() {
					defer all.Done()
					l.client(rand.New(rand.NewSource(int64(seed))))
				}()
			}
			random := rand.New(rand.NewSource(time.Now().UnixNano()))
			for done := 0; done < *kills; {
				time.Sleep(time.Duration(random.Intn(40_000)) * time.Microsecond)
				workers := r.workers()
				status, _ := r.get("/readyz") // else each start is killed, and the next one is put off
				if one := random.Intn(len(workers) + 1); one < len(workers) && status == 200 {
					kill(workers[one])
					done++
				}
			}
			l.stopped.Store(true)
			all.Wait()
			r.check(l)
		})
	}
}

var logged = regexp.MustCompile(`\?number=(\d+) HTTP/1.1" (\d+) `)

// check compares what the clients got with the access log and the metrics.
func (r *runtime) check(l *load) {
	r.t.Helper()
	r.until("all requests are logged", func() bool {
		return strings.Count(r.stdout.String(), "\n") >= len(l.answers)
	})
	lines := map[string]string{}
	for _, line := range logged.FindAllStringSubmatch(r.stdout.String(), -1) {
		if lines[line[1]] != "" {
			l.complain("request %s is logged twice: %s, %s", line[1], lines[line[1]], line[2])
		}
		lines[line[1]] = line[2]
	}
	counts := map[int]int{}
	unknown := strings.Count(r.stdout.String(), `"- - -" 500 `) // killed before they could tell which request
	for number, status := range l.answers {
		counts[status]++
		if status == 500 && lines[number] == "" && unknown > 0 {
			unknown--
			continue
		}
		if found := lines[number]; found != strconv.Itoa(status) && (status != 0 || found == "") {
			l.complain("request %s was answered %d and logged %q", number, status, found)
		}
	}
	if all := strings.Count(r.stdout.String(), "\n"); all != len(l.answers) || unknown != 0 {
		l.complain("%d requests, %d lines, %d too many of unknown requests", len(l.answers), all, unknown)
	}
	_, metrics := r.get("/metrics")
	total := 0
	for _, count := range regexp.MustCompile(`calls_total{.*} (\d+)`).FindAllStringSubmatch(metrics, -1) {
		number, _ := strconv.Atoi(count[1])
		total += number
	}
	if total != len(l.answers) {
		l.complain("%d requests, %d calls counted", len(l.answers), total)
	}
	if !strings.Contains(metrics, "function_in_flight 0\n") {
		l.complain("calls are left in flight")
	}
	r.t.Logf("answers: %v", counts)
	for index, text := range l.wrong {
		if index == 20 {
			r.t.Errorf("and %d more", len(l.wrong)-index)
			break
		}
		r.t.Error(text)
	}
}
