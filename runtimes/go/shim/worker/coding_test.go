package worker

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"
	"testing"
)

func compressed(content string, open func(io.Writer) io.WriteCloser) string {
	var made bytes.Buffer
	writer := open(&made)
	_, _ = io.WriteString(writer, content)
	_ = writer.Close()
	return made.String()
}

func gzipped(content string) string {
	return compressed(content, func(to io.Writer) io.WriteCloser { return gzip.NewWriter(to) })
}

func zlibbed(content string) string {
	return compressed(content, func(to io.Writer) io.WriteCloser { return zlib.NewWriter(to) })
}

func deflated(content string) string {
	return compressed(content, func(to io.Writer) io.WriteCloser {
		writer, _ := flate.NewWriter(to, flate.BestCompression)
		return writer
	})
}

func TestCodings(t *testing.T) { // REQUEST-27, REQUEST-28, REQUEST-29, REQUEST-32
	for _, one := range []struct {
		coding, body, want string
		err                error
	}{
		{"gzip", gzipped("hello"), "hello", nil},
		{"X-GZip", gzipped("hello"), "hello", nil},
		{"gzip", gzipped("hel") + gzipped("lo"), "hello", nil},
		{"deflate", zlibbed("hello"), "hello", nil},
		{"Deflate", deflated("hello"), "hello", nil},
		{"identity", "hello", "hello", nil},
		{" , identity", "hello", "hello", nil},
		{"identity, gzip", gzipped("hello"), "hello", nil},
		{"zap", "", "", nil},
		{"zap", "hello", "", errCoding},
		{"gzip, gzip", gzipped(gzipped("hello")), "", errCoding},
		{"gzip", gzipped("hello!"), "", errTooLarge},
		{"deflate", zlibbed("hello!"), "", errTooLarge},
		{"deflate", deflated("hello!"), "", errTooLarge},
	} {
		made := request(one.body, "content-encoding", one.coding, "content-length", "1")
		made.ContentLength = -1
		body, err := undoCoding(made, one.body, 5)
		if !errors.Is(err, one.err) || err == nil && body != one.want {
			t.Errorf("`%s`: %q, %v", one.coding, body, err)
		}
		if err != nil || body == one.body {
			continue
		}
		again, _ := io.ReadAll(made.Body)
		if made.Header.Get("Content-Encoding") != "" || made.Header.Get("Content-Length") != "5" ||
			made.ContentLength != 5 || string(again) != body {
			t.Errorf("`%s`: %v, %d, %q", one.coding, made.Header, made.ContentLength, again)
		}
	}
}

func TestTwoFieldsOfCodings(t *testing.T) { // REQUEST-29
	if _, err := codingOf([]string{"gzip", "gzip"}); !errors.Is(err, errCoding) {
		t.Error(err)
	}
	if coding, err := codingOf([]string{"", "GZIP"}); coding != "gzip" || err != nil {
		t.Error(coding, err)
	}
}

func TestMalformedCodings(t *testing.T) { // REQUEST-30
	for coding, makers := range map[string][]func(string) string{
		"gzip": {gzipped}, "deflate": {zlibbed, deflated},
	} {
		for index, make := range makers {
			body := make(strings.Repeat("hello", 100))
			for _, broken := range []string{body[:len(body)-3], body + "\x00", body[:1], "text", "\x78\x9c"} {
				if _, err := decode(broken, coding, 1000); !errors.Is(err, errUndecodable) {
					t.Errorf("%s %d, %q: %v", coding, index, broken, err)
				}
			}
		}
	}
	for coding, body := range map[string]string{"gzip": gzipped("hello"), "deflate": zlibbed("hello")} {
		wrong := []byte(body)
		wrong[len(wrong)-1] ^= 1
		if _, err := decode(string(wrong), coding, 1000); !errors.Is(err, errUndecodable) {
			t.Errorf("%s with a wrong checksum: %v", coding, err)
		}
	}
}
