package head

import (
	"encoding/json"
	"math/rand"
	"os"
	"strings"
	"testing"
)

// oneCase is a line of tests/contract/http_cases.json. Its texts hold a byte in each character.
type oneCase struct {
	Name, Clause, Request string
	Status                int
	Accepted              map[string]any
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

func bytesOf(text string) []byte {
	made := []byte{}
	for _, character := range text {
		made = append(made, byte(character))
	}
	return made
}

// outcome is what a request comes to: the status of a refusal, or 200 and where it ends.
type outcome struct{ status, end int }

const limit = 50 << 20

// judge reads a request as a server does that gets it in pieces.
func judge(request []byte, pieces func(int) int) outcome {
	head, chunks, verdict := Head{}, Chunks{Limit: limit}, Incomplete
	end := 0
	for end < len(request) && verdict == Incomplete {
		end += pieces(len(request) - end)
		verdict = head.Read(append([]byte{}, request[:end]...), limit)
	}
	switch {
	case verdict == Refused:
		return outcome{status: head.Status}
	case verdict == Incomplete:
		return outcome{}
	case head.BodyLength != Chunked:
		return outcome{200, head.Length + int(head.BodyLength)}
	}
	for at := head.Length; ; {
		count, verdict := chunks.Read(append([]byte{}, request[at:end]...))
		if at += count; verdict == Complete {
			return outcome{200, at}
		}
		if verdict == Refused {
			return outcome{status: chunks.Status}
		}
		if end == len(request) {
			return outcome{}
		}
		end += pieces(len(request) - end)
	}
}

func whole(left int) int { return left }

// HTTP-3 to HTTP-28: each case gets its status, or its end is found, however it is cut into pieces.
func TestCases(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for _, one := range cases(t) {
		request := bytesOf(one.Request)
		want := outcome{status: one.Status}
		behind := "GET /pipelined HTTP/1.1\r\nHost: x\r\n\r\n"
		if one.Accepted != nil {
			want = outcome{200, len(request)}
		}
		if one.Clause != "HTTP-19" {
			request = append(request, behind...)
		}
		for round := 0; round < 20; round++ {
			pieces := func(left int) int { return 1 + random.Intn(left) }
			switch round {
			case 0:
				pieces = whole
			case 1:
				pieces = func(int) int { return 1 }
			}
			if found := judge(request, pieces); found != want {
				t.Errorf("%s (%s), round %d: %v, not %v", one.Name, one.Clause, round, found, want)
				break
			}
		}
		if one.Accepted == nil {
			continue
		}
		head := Head{}
		head.Read(request, limit)
		path, query, _ := strings.Cut(head.Path, "?")
		for key, value := range map[string]string{"method": head.Method, "path": path, "query": query} {
			if wanted, found := one.Accepted[key]; found && string(bytesOf(wanted.(string))) != value {
				t.Errorf("%s: %s `%s`, not `%s`", one.Name, key, value, wanted)
			}
		}
	}
}

// HTTP-19: what can't begin a request is refused at its first bytes.
func TestBytesThatCannotBeginARequest(t *testing.T) {
	head := Head{}
	for _, begins := range []string{"", "\r", "\r\n", "\r\n\r\n\r", "G", "GET", "GET ", "GET /a\x01"} {
		if verdict := head.Read([]byte(begins), limit); verdict != Incomplete {
			t.Errorf("%q: verdict %d", begins, verdict)
		}
	}
	for _, other := range []string{"\x16\x03\x01", "\n", "\ra", " GET", "{", "GET\r", "\r\n\x00"} {
		if verdict := head.Read([]byte(other), limit); verdict != Refused || head.Status != 400 {
			t.Errorf("%q: verdict %d, status %d", other, verdict, head.Status)
		}
	}
}
