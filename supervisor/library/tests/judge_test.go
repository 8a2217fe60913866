package library_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"runtimes.invalid/protocol/head"
)

// oneCase is a line of tests/contract/http_cases.json. Its texts hold a byte in each character.
type oneCase struct {
	Name, Clause, Request string
	Status                int
	Accepted              map[string]any
}

func latin1(text string) []byte {
	made := []byte{}
	for _, character := range text {
		made = append(made, byte(character))
	}
	return made
}

func cases(t *testing.T) []oneCase {
	t.Helper()
	content, err := os.ReadFile("../../../tests/contract/http_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	found := []oneCase{}
	if err := json.Unmarshal(content, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// judged is what the C functions say of each request.
func judged(t *testing.T, requests [][]byte) []string {
	t.Helper()
	input := bytes.Buffer{}
	for _, request := range requests {
		_ = binary.Write(&input, binary.NativeEndian, uint32(len(request)))
		input.Write(request)
	}
	command := exec.Command(filepath.Join(built, "judge"))
	command.Stdin, command.Stderr = &input, os.Stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("judge: %v", err)
	}
	lines := strings.Split(strings.TrimSuffix(string(output), "\n"), "\n")
	if len(lines) != len(requests) {
		t.Fatalf("%d verdicts of %d requests", len(lines), len(requests))
	}
	return lines
}

// judgedByGo is the same by Go's functions, without where the body ends.
func judgedByGo(request []byte) string {
	verdict, h := head.Incomplete, head.Head{}
	if len(request) > 0 {
		verdict = h.Read(request, 1<<62)
	}
	switch {
	case verdict == head.Refused:
		return fmt.Sprint(h.Status)
	case verdict == head.Incomplete:
		return "0"
	case h.BodyLength != head.Chunked && int64(len(request)-h.Length) < h.BodyLength:
		return "0"
	case h.BodyLength != head.Chunked:
		return fmt.Sprint(200, int64(h.Length)+h.BodyLength)
	}
	chunks := head.Chunks{Limit: 50 << 20}
	count, verdict := chunks.Read(append([]byte{}, request[h.Length:]...))
	switch verdict {
	case head.Refused:
		return fmt.Sprint(chunks.Status)
	case head.Incomplete:
		return "0"
	}
	return fmt.Sprint(200, h.Length+count)
}

const behind = "GET /pipelined HTTP/1.1\r\nHost: x\r\n\r\n"

// HTTP-3 to HTTP-28: each case gets its status, or its end is found, however it is cut into pieces.
func TestCases(t *testing.T) {
	all := cases(t)
	requests := [][]byte{}
	for _, one := range all {
		request := latin1(one.Request)
		if one.Clause != "HTTP-19" {
			request = append(request, behind...)
		}
		requests = append(requests, request)
	}
	for index, line := range judged(t, requests) {
		want := fmt.Sprintf("%d 0 0", all[index].Status)
		if all[index].Accepted != nil {
			want = fmt.Sprintf("200 %d ", len(latin1(all[index].Request)))
		}
		tooLarge := all[index].Status == 413 && strings.HasPrefix(line, "0 ") // the caller's limit
		if !strings.HasPrefix(line, want) && !tooLarge {
			t.Errorf("%s (%s): `%s`, not `%s`", all[index].Name, all[index].Clause, line, want)
		}
	}
}

// mutate changes a request as a sloppy or hostile client would.
func mutate(random *rand.Rand, request []byte) []byte {
	odd := []string{"\r", "\n", "\r\n", " ", "\t", "\x00", "\x7f", "\xff", ":", ",", ";", "chunked", "0", "3", "GET", "/",
		"Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Host: x\r\n", "http://", "HTTP/1.0", "HTTP/2.0", "*", "#", "?"}
	made := append([]byte{}, request...)
	for count := 1 + random.Intn(3); count > 0; count-- {
		at := random.Intn(len(made) + 1)
		switch rest := len(made) - at; random.Intn(3) {
		case 0:
			made = append(made[:at], append([]byte(odd[random.Intn(len(odd))]), made[at:]...)...)
		case 1:
			made = append(made[:at], made[at+random.Intn(min(rest, 4)+1):]...)
		default:
			if rest > 0 {
				made[at] = byte(random.Intn(256))
			}
		}
	}
	return made
}

// HTTP-1: the library and Go's package agree on each request, so all languages answer alike.
func TestAgreesWithGo(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	all, requests := cases(t), [][]byte{}
	for len(requests) < 20000 {
		request := append(latin1(all[random.Intn(len(all))].Request), behind...)
		requests = append(requests, mutate(random, request))
	}
	failures := 0
	for index, line := range judged(t, requests) {
		want := judgedByGo(requests[index])
		if strings.HasPrefix(line+" ", want+" ") {
			continue
		}
		t.Errorf("`%s` by C, `%s` by Go: %q", line, want, requests[index])
		if failures++; failures == 10 {
			break
		}
	}
}
