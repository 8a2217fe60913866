package tests

import (
	"strings"
	"testing"
)

// TIMEOUT-7: a request of which only the head is there keeps no worker of kind `one` from another one,
// and is answered when its body comes.
func TestSmallBodyThatIsLate(t *testing.T) {
	r := start(t, "one", "FUNC_WORKERS=1")
	late := r.dial("POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\n")
	r.wants("/hello", 200, "hello")
	if _, err := late.Write([]byte("body")); err != nil {
		t.Fatal(err)
	}
	if text := rest(late); !strings.HasPrefix(text, "HTTP/1.1 200 ") {
		t.Errorf("answered: %q", text)
	}
}
