package worker

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"runtimes.invalid/protocol"
	"runtimes.invalid/protocol/protocoltest"
)

// readAll reads until the end of the connection.
func readAll(t *testing.T, client net.Conn) string {
	t.Helper()
	answer, err := io.ReadAll(client)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// HTTP-1 to HTTP-28: each malformed request gets one answer with its status, the end of the connection and a
// record without a call; each odd one is called. On a kept connection and on a fresh one it is the same.
func TestCases(t *testing.T) {
	content, err := os.ReadFile("../../../../tests/contract/http_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		Name, Request string
		Status        int
		Accepted      map[string]any
	}{}
	if err := json.Unmarshal(content, &cases); err != nil {
		t.Fatal(err)
	}
	f := serve(t, echo, protocoltest.Options{Slots: 2 * len(cases)})
	for _, one := range cases {
		request := []byte{}
		for _, character := range one.Request {
			request = append(request, byte(character))
		}
		for _, before := range []string{"", fmt.Sprintf(get, "before")} {
			client, slot := f.connect()
			behind := "GET /behind HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
			_, _ = client.Write(append(append([]byte(before), request...), behind...))
			answer := readAll(t, client)
			f.await(slot, protocol.Closed)
			records := f.Records()
			if before != "" {
				records = records[1:]
				answer = answer[strings.Index(answer, "/before")+len("/before"):]
			}
			if one.Accepted != nil {
				if !strings.HasPrefix(strings.TrimPrefix(answer, "HTTP/1.1 100 Continue\r\n\r\n"), "HTTP/1.1 200") &&
					!strings.HasPrefix(answer, "HTTP/1.0 200") || records[0].Outcome != protocol.Call {
					t.Errorf("%s: %s, %+v", one.Name, answer, records)
				}
				continue
			}
			if !strings.HasPrefix(answer, fmt.Sprintf("HTTP/1.1 %d ", one.Status)) ||
				strings.Count(answer, "HTTP/1.") != 1 || !strings.Contains(answer, "Connection: close\r\n") ||
				slot.Flags()&protocol.FlagLinger == 0 {
				t.Errorf("%s: %s", one.Name, answer)
			}
			if len(records) != 1 || records[0].Outcome != protocol.NoCall || int(records[0].Status) != one.Status {
				t.Errorf("%s: %+v", one.Name, records)
			}
		}
	}
}

// What passes our check and not net/http's is refused like anything else, with a record.
func TestRefusedByTheServer(t *testing.T) {
	f := serve(t, echo, fewCalls)
	client, slot := f.connect()
	fmt.Fprint(client, "POST / HTTP/1.1\r\nHost: x\r\nTrailer: Content-Length\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
	if answer := readAll(t, client); !strings.HasSuffix(answer, "\r\nConnection: close\r\n\r\nBad Request\n") {
		t.Error(answer)
	}
	f.await(slot, protocol.Closed)
	if record := f.records(1)[0]; record.Status != 400 || record.Outcome != protocol.NoCall {
		t.Errorf("%+v", record)
	}
}

// REQUEST-2: a percent sign that no digits follow reaches the function.
func TestOddPaths(t *testing.T) {
	f := serve(t, echo, fewCalls)
	for target, want := range map[string]string{"/%zz%41%4": "/%zzA%4", "/a%?b%": "/a%", "http://y?c=d": "/"} {
		client, _ := f.connect()
		fmt.Fprintf(client, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", target)
		if answer := readAll(t, client); !strings.HasSuffix(answer, "\r\n\r\n"+want) {
			t.Errorf("%s: %s", target, answer)
		}
		if record := f.records(1)[0]; record.Texts[protocol.Target] != target {
			t.Errorf("%+v", record)
		}
	}
}
