package head

import (
	"bytes"
	"strings"
	"testing"
)

const plain = "GET /path?a=b HTTP/1.1\r\nHost: x\r\n"

func read(t *testing.T, fields string) Head {
	t.Helper()
	head := Head{}
	if verdict := head.Read([]byte(plain+fields+"\r\n"), 100); verdict != Complete {
		t.Fatalf("%s: verdict %d, status %d", fields, verdict, head.Status)
	}
	return head
}

// OBSERVABILITY-7: what the access log tells is found, whatever case the names are in.
func TestTexts(t *testing.T) {
	head := read(t, "REFERER: http://a/\r\nuser-Agent: \t test 1 \r\nOrigin: b\r\n")
	for found, want := range map[string]string{
		head.Method: "GET", head.Target: "/path?a=b", head.Path: "/path?a=b", head.Protocol: "HTTP/1.1",
		head.Referer: "http://a/", head.UserAgent: "test 1",
	} {
		if found != want {
			t.Errorf("`%s`, not `%s`", found, want)
		}
	}
	if !head.CrossOrigin || head.Close || head.HasBody() || head.LineLength != len("GET /path?a=b HTTP/1.1") {
		t.Errorf("%+v", head)
	}
}

// OBSERVABILITY-11: a trace ID is taken from a valid traceparent only.
func TestTraceID(t *testing.T) {
	const trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	zeros := strings.Repeat("0", 32)
	for value, want := range map[string]string{
		"00-" + trace + "-" + parent + "-01":                     trace,
		"01-" + trace + "-" + parent + "-01-what":                trace,
		"cc-" + trace + "-" + parent + "-00":                     trace,
		"00-" + trace + "-" + parent + "-01-what":                "",
		"01-" + trace + "-" + parent + "-01what":                 "",
		"ff-" + trace + "-" + parent + "-01":                     "",
		"00-" + strings.ToUpper(trace) + "-" + parent + "-01":    "",
		"00-" + zeros + "-" + parent + "-01":                     "",
		"00-" + trace + "-" + zeros[:16] + "-01":                 "",
		"00-" + trace + "-" + parent + "-0":                      "",
		"00_" + trace + "-" + parent + "-01":                     "",
		"0g-" + trace + "-" + parent + "-01":                     "",
		"":                                                       "",
		"x\r\ntraceparent: 00-" + trace + "-" + parent + "-01":   "",
		"00-" + trace + "-" + parent + "-01\r\nTraceparent: 00-": "",
	} {
		if head := read(t, "traceparent: "+value+"\r\n"); head.TraceID != want {
			t.Errorf("%s: `%s`, not `%s`", value, head.TraceID, want)
		}
	}
}

// RFC 9112, 9.3: HTTP/1.1 keeps the connection unless one says otherwise, HTTP/1.0 the other way round.
func TestClose(t *testing.T) {
	for fields, want := range map[string]bool{
		"HTTP/1.1\r\nHost: x\r\n":                                        false,
		"HTTP/1.1\r\nHost: x\r\nConnection: x, Close\r\n":                true,
		"HTTP/1.1\r\nHost: x\r\nConnection: x\r\nconnection: close \r\n": true,
		"HTTP/1.1\r\nHost: x\r\nConnection: closed\r\n":                  false,
		"HTTP/1.0\r\n":                           true,
		"HTTP/1.0\r\nConnection: Keep-Alive\r\n": false,
		"HTTP/1.0\r\nConnection: keep-alive, close\r\nContent-Length: 0\r\n": true,
	} {
		head := Head{}
		if head.Read([]byte("GET / "+fields+"\r\n"), 100) != Complete || head.Close != want {
			t.Errorf("%s: close is %v", fields, head.Close)
		}
	}
}

// OBSERVABILITY-8: a probe is told by its path as it was sent, in either form of a target.
func TestProbes(t *testing.T) {
	for target, want := range map[string]Probe{
		"/healthz": Health, "/readyz?a=b": Readiness, "http://h/metrics": Metrics, "/healthz/": NoProbe,
		"/health": NoProbe, "/%68ealthz": NoProbe, "/a?/healthz": NoProbe, "/metrics#": NoProbe,
	} {
		head := Head{}
		head.Read([]byte("POST "+target+" HTTP/1.1\r\nHost: x\r\n\r\n"), 100)
		if head.Probe != want {
			t.Errorf("%s: %d, not %d", target, head.Probe, want)
		}
	}
}

// REQUEST-14: a declared length over the limit is refused, one at the limit is not.
func TestBodyLimit(t *testing.T) {
	head := read(t, "Content-Length: 0100\r\nExpect: 100-Continue\r\n")
	if head.BodyLength != 100 || !head.ExpectContinue {
		t.Errorf("%+v", head)
	}
	verdict := head.Read([]byte(plain+"Content-Length: 101\r\n\r\n"), 100)
	if verdict != Refused || head.Status != 413 || head.Target != "/path?a=b" {
		t.Errorf("verdict %d, %+v", verdict, head)
	}
}

// LIMITS: a head of 64 KiB is accepted however many fields it has, a longer one is refused with 431.
func TestLongHeads(t *testing.T) {
	for _, field := range []string{"a:\r\n", "a: " + strings.Repeat("x", 4000) + "\r\n"} {
		fields := strings.Repeat(field, (MaxLength-len(plain)-2)/len(field)-1)
		rest := MaxLength - len(plain) - len(fields) - 2
		fields += "b:" + strings.Repeat("x", rest-4) + "\r\n"
		head := read(t, fields)
		if head.Length != MaxLength {
			t.Fatalf("%d bytes", head.Length)
		}
		long := []byte("\r\n" + plain + "c" + fields + "\r\n")
		for _, end := range []int{len(long), len(long) - 1} {
			verdict := head.Read(long[:end], 100)
			if verdict != Refused && end == len(long) || verdict == Refused && head.Status != 431 {
				t.Errorf("%d bytes: verdict %d, status %d", end, verdict, head.Status)
			}
		}
	}
	head := Head{}
	if endless := bytes.Repeat([]byte("A"), MaxBuffer); head.Read(endless, 100) != Refused || head.Status != 431 {
		t.Errorf("status %d for a line without an end", head.Status)
	}
	if head.Read(bytes.Repeat([]byte("\r\n"), 40), 100) != Refused {
		t.Error("empty lines without an end were accepted")
	}
}

// Any bytes get a verdict, and more bytes never change one.
func FuzzRead(f *testing.F) {
	f.Add([]byte(plain + "\r\nrest"))
	f.Fuzz(func(t *testing.T, received []byte) {
		head, again := Head{}, Head{}
		for end := 0; end <= len(received); end++ {
			if verdict := head.Read(received[:end], 100); verdict != Incomplete {
				if other := again.Read(received, 100); other != verdict || again.Status != head.Status ||
					verdict == Complete && again != head {
					t.Fatalf("verdict %d with %d bytes, then %d", verdict, end, other)
				}
				return
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for name, request := range map[string]string{
		"hello": "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n",
		"browser": "GET /some/path?with=query HTTP/1.1\r\nHost: example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux " +
			"x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\nAccept: text/html,application/xhtml+xml,*/*;q=0.8\r\n" +
			"Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nConnection: keep-alive\r\n" +
			"Cookie: session=0123456789abcdef0123456789abcdef\r\nUpgrade-Insecure-Requests: 1\r\n\r\n",
	} {
		b.Run(name, func(b *testing.B) {
			received, head := []byte(request), Head{}
			b.ReportAllocs()
			for round := 0; round < b.N; round++ {
				if head.Read(received, 100) != Complete {
					b.Fatal(head.Status)
				}
			}
		})
	}
}
