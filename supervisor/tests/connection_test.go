package tests

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// LIFECYCLE-10, LIFECYCLE-12, LIFECYCLE-13: probes are answered beside calls that block everything.
func TestProbes(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind, "FUNC_WORKERS=2")
		for range 4 {
			r.dial("GET /spin HTTP/1.1\r\nHost: x\r\n\r\n")
		}
		r.wants("/healthz", 200, "ok\n")
		r.wants("/readyz?a=b", 200, "ready\n")
		client := r.dial("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\nDELETE http://x/readyz HTTP/1.1\r\nHost: x\r\n" +
			"Origin: a\r\nConnection: close\r\n\r\n")
		text := rest(client)
		has(t, text, "Content-Length: 3\r\n", "\r\n\r\nHTTP/1.1 200 OK\r\n", "Access-Control-Allow-Origin: *\r\n", "\r\n\r\nready\n")
	})
}

// A probe with a body, which a worker reads, is answered too and not logged.
func TestProbeOnAWorkersConnection(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind)
		client := r.dial("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nPOST /readyz HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n" +
			"Connection: close\r\n\r\nab")
		has(t, rest(client), "hello", "ready\n")
	})
}

// HTTP-1, HTTP-32: a refusal ends the connection, is logged and leads to no call.
func TestRefusals(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind)
		long := "GET /long HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("a", 70_000) + "\r\n\r\n"
		for request, status := range map[string]string{
			"\x16\x03\x01\x00":                "400 Bad Request",
			"GET /a HTTP/1.1\r\n\r\n":         "400 Bad Request",
			"PRI * HTTP/2.0\r\n\r\n":          "505 HTTP Version Not Supported",
			"GET /half HTTP/1.1\r\nHost: x\r": "",
			long:                              "431 Request Header Fields Too Large",
			"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n": "413 Content Too Large",
		} {
			client := r.dial(request)
			_ = client.CloseWrite()
			has(t, rest(client), status)
		}
		r.until("six lines", func() bool { return strings.Count(r.stdout.String(), "\n") == 6 })
		has(t, r.stdout.String(), `"- - -" 400 12 "-" "-"`, `"GET /a HTTP/1.1" 400`, `"GET /half HTTP/1.1" 400`,
			`"GET /long HTTP/1.1" 431 `, `"POST /b HTTP/1.1" 413 `)
		if _, metrics := r.get("/metrics"); strings.Contains(metrics, "calls_total{") {
			t.Error("a refusal counts as a call")
		}
	})
}

// HTTP-29: a head that comes byte by byte is served. LIMITS-3: so is a head of 64 KiB.
func TestSlowAndLongHeads(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind)
		client := r.dial("")
		for _, letter := range "GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab" {
			_, _ = client.Write([]byte(string(letter)))
		}
		has(t, rest(client), "200 OK", "\r\n\r\nab")
		begins, ends := "GET /hello HTTP/1.1\r\nHost: x\r\nA: ", "\r\nConnection: close\r\n\r\n"
		client = r.dial(begins + strings.Repeat("a", 65536-len(begins)-len(ends)) + ends)
		has(t, rest(client), "hello")
	})
}

// LIMITS-1, LIMITS-2: an idle connection is closed in time, a head that isn't whole is answered 408.
func TestIdleConnections(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind, "FUNC_IDLE_TIMEOUT=1")
		begun := time.Now()
		all := sync.WaitGroup{}
		for text, want := range map[string]string{
			"": "", "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n": "hello", "GET /a": "HTTP/1.1 408 Request Timeout\r\n",
		} {
			all.Add(1)
			client := r.dial(text)
			go func() {
				defer all.Done()
				received := rest(client)
				has(t, received, want)
				if took := time.Since(begun); took < time.Second || took > 3*time.Second {
					t.Errorf("%q was kept for %s", text, took)
				}
			}()
		}
		all.Wait()
	})
}

// CONCURRENCY-4, CONCURRENCY-5: requests wait in order for a worker; those over the bound get 503.
func TestWaitingRequests(t *testing.T) {
	for _, kind := range []string{"one", "template"} {
		t.Run(kind, func(t *testing.T) {
			r := start(t, kind, "FUNC_WORKERS=1", "FUNC_CONCURRENCY=3")
			ends, all := make(chan string, 5), sync.WaitGroup{}
			for number := range 5 {
				client := r.dial(fmt.Sprintf("GET /sleep/0.3?%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", number))
				time.Sleep(50 * time.Millisecond) // nothing but its place tells that a request waits
				all.Add(1)
				go func() {
					defer all.Done()
					text := rest(client)
					ends <- fmt.Sprint(number, text[9:12])
					if text[9:12] == "503" {
						has(t, text, "Retry-After: 1\r\n")
					}
				}()
			}
			all.Wait()
			close(ends)
			served, refused := "", []string{}
			for end := range ends {
				if strings.HasSuffix(end, "503") {
					refused = append(refused, end)
				} else {
					served += end + " "
				}
			}
			slices.Sort(refused)
			if served != "0200 1200 2200 " || !slices.Equal(refused, []string{"3503", "4503"}) {
				t.Error("served: ", served, "refused: ", refused)
			}
		})
	}
}

// CONCURRENCY-1, CONCURRENCY-7: ten calls run at the same time, beside many idle connections.
func TestCallsAtTheSameTime(t *testing.T) {
	kinds(t, func(t *testing.T, kind string) {
		r := start(t, kind, "FUNC_WORKERS=10", "FUNC_CONCURRENCY=300")
		idle := []net.Conn{}
		for range 200 {
			idle = append(idle, r.dial("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"))
		}
		for _, client := range idle {
			has(t, next(client, "hello"), "200 OK")
		}
		begun, all := time.Now(), sync.WaitGroup{}
		for range 10 {
			all.Add(1)
			go func() {
				defer all.Done()
				r.wants("/sleep/0.5", 200, "hello")
			}()
		}
		all.Wait()
		if took := time.Since(begun); took > 1500*time.Millisecond {
			t.Error("it took ", took)
		}
		for _, client := range idle {
			_, _ = client.Write([]byte("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"))
			has(t, next(client, "hello"), "200 OK")
		}
	})
}

// Kind one: connections that share a worker while calls are short are taken back when a call lasts.
func TestConnectionsBehindALastingCall(t *testing.T) {
	r := start(t, "one", "FUNC_WORKERS=4", "FUNC_TIMEOUT=5")
	clients := []net.Conn{}
	for range 12 {
		clients = append(clients, r.dial(""))
	}
	for round := range 30 {
		for number, client := range clients {
			path := "/hello"
			if round%3 == 2 && number%5 == 0 {
				path = "/sleep/0.2"
			}
			_, _ = client.Write([]byte("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"))
		}
		for _, client := range clients {
			has(t, next(client, "hello"), "200 OK")
		}
	}
	r.until("all lines", func() bool { return strings.Count(r.stdout.String(), `" 200 5 "`) == 360 })
	begun := time.Now()
	for number, client := range clients {
		path := map[bool]string{true: "/sleep/4", false: "/hello"}[number%4 == 0]
		_, _ = client.Write([]byte("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"))
	}
	for number, client := range clients {
		if number%4 != 0 {
			has(t, next(client, "hello"), "200 OK")
		}
	}
	if took := time.Since(begun); took > 3*time.Second {
		t.Error("short calls waited behind long ones for ", took)
	}
}

// CONCURRENCY-10: a worker of kind one executes as many calls as it may, and the next one waits.
func TestCallsPerWorker(t *testing.T) {
	r := start(t, "one", "FUNC_WORKERS=4", "FUNC_CALLS_PER_WORKER=3", "FUNC_TIMEOUT=5")
	r.until("a spare", func() bool { return len(r.workers()) == 2 })
	begun, late, all := time.Now(), atomic.Int32{}, sync.WaitGroup{}
	for range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			r.wants("/sleep/1", 200, "hello")
			if time.Since(begun) > 2*time.Second {
				late.Add(1)
			}
		}()
	}
	r.untilInFlight(3)
	all.Wait()
	if late.Load() != 1 {
		t.Error(late.Load(), " calls were later than two seconds")
	}
	if found := r.workers(); len(found) != 2 {
		t.Error("more workers: ", found)
	}
}

// CONCURRENCY-5: several workers with several calls each share the requests, and those over that wait.
func TestWorkersOfSeveralCalls(t *testing.T) {
	r := start(t, "one", "FUNC_WORKERS=6", "FUNC_CALLS_PER_WORKER=2", "FUNC_TIMEOUT=5")
	begun, all := time.Now(), sync.WaitGroup{}
	for range 12 {
		all.Add(1)
		go func() {
			defer all.Done()
			r.wants("/sleep/0.5", 200, "hello")
		}()
	}
	r.untilInFlight(6)
	if found := r.workers(); len(found) > 4 {
		t.Error("more than three workers and a spare: ", found)
	}
	all.Wait()
	if took := time.Since(begun); took > 2500*time.Millisecond {
		t.Error("they took ", took)
	}
}
