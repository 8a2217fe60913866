// Command testserver is an HTTP server behind the relay. Its argument is a path or a port to listen on. It
// does what protocoltest's worker does for a path, and more:
//
//	/request          tells the request line, the fields and the body that it received
//	/odd/NAME         sends one of the odd answers
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if file := os.Getenv("FAKE_FAILS_WHILE"); file != "" {
		if _, err := os.Stat(file); err == nil {
			os.Exit(1)
		}
	}
	address, network := os.Args[1], "unix"
	if !strings.HasPrefix(address, "/") {
		address, network = "127.0.0.1:"+address, "tcp"
	}
	if address == "/fails" {
		fmt.Fprintln(os.Stderr, "error: expected load failure")
		os.Exit(1)
	}
	listener, err := net.Listen(network, address)
	if err == nil {
		err = http.Serve(listener, http.HandlerFunc(serve))
	}
	fmt.Fprintln(os.Stderr, "error:", err)
	os.Exit(1)
}

func serve(writer http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	_, what, _ := strings.Cut(request.URL.Path, "/")
	what, argument, _ := strings.Cut(what, "/")
	seconds, _ := strconv.ParseFloat(argument, 64)
	pause := time.Duration(seconds * float64(time.Second))
	switch what {
	case "sleep":
		time.Sleep(pause)
	case "spin":
		for {
		}
	case "never":
		select {}
	case "gone":
		begun, err := os.OpenFile("/"+argument+".begun", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err == nil {
			_, _ = begun.WriteString("x")
			_ = begun.Close()
		}
		<-request.Context().Done()
		_ = os.WriteFile("/"+argument, nil, 0o644)
		return
	case "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "exit":
		os.Exit(3)
	case "fail":
		writer.WriteHeader(500)
	case "stream":
		writer.WriteHeader(201)
		_, _ = writer.Write([]byte("first"))
		writer.(http.Flusher).Flush()
		time.Sleep(pause)
		_, _ = writer.Write([]byte("last"))
		return
	case "large":
		_, _ = writer.Write(bytes.Repeat([]byte("x"), 4<<20))
		return
	case "echo":
		_, _ = writer.Write(body)
		return
	case "pid":
		_, _ = fmt.Fprint(writer, os.Getpid())
		return
	case "request":
		_, _ = fmt.Fprintf(writer, "%s %s %s\n", request.Method, request.RequestURI, request.Host)
		_ = request.Header.Write(writer)
		_, _ = writer.Write(body)
		return
	case "odd":
		odd(writer, argument)
		return
	}
	_, _ = writer.Write([]byte("hello"))
}

var answers = map[string]string{
	"end":       "HTTP/1.0 200 OK\r\nX-A: 1\r\nX-A: 2\r\n\r\nuntil the end",
	"interim":   "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
	"chunks":    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3;a=b\r\nay!\r\n0\r\nX: y\r\n\r\n",
	"short":     "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nshort",
	"cut":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
	"nothing":   "",
	"malformed": "SMTP/1.1 200 OK\r\n\r\n",
	"field":     "HTTP/1.1 200 OK\r\nNo Token: x\r\nContent-Length: 0\r\n\r\n",
	"lengths":   "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
	"more":      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
	"empty":     "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",
}

// odd sends an answer byte for byte and ends the connection, except after `more`.
func odd(writer http.ResponseWriter, name string) {
	connection, _, err := writer.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	_, _ = connection.Write([]byte(answers[name]))
	if name == "more" {
		time.Sleep(time.Second)
	}
	_ = connection.Close()
}
