package worker

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"runtimes.invalid/protocol"
)

func answered(t *testing.T, value any) *httptest.ResponseRecorder {
	t.Helper()
	writer := httptest.NewRecorder()
	body, media, err := encode(value)
	if err != nil {
		t.Fatal(err)
	}
	slot := &protocol.Slot{}
	x := &exchange{recorder: recorder{ResponseWriter: writer, slot: slot}}
	x.send(body, media)
	if slot.Status.Load() != http.StatusOK {
		t.Errorf("status %d is noted", slot.Status.Load())
	}
	return writer
}

func TestAnswers(t *testing.T) {
	type answer struct{ body, media string }
	for _, one := range []struct {
		value any
		want  answer
	}{
		{"grüße", answer{"grüße", "text/plain; charset=utf-8"}},
		{"<html>", answer{"<html>", "text/html; charset=utf-8"}},
		{"Plain.", answer{"Plain.", "text/plain; charset=utf-8"}},
		{"\n<html>", answer{"\n<html>", "text/html; charset=utf-8"}},
		{"wOFF", answer{"wOFF", "text/plain; charset=utf-8"}},
		{"a\x00", answer{"a\x00", "text/plain; charset=utf-8"}},
		{"a\xff\x00", answer{"a\xff\x00", "application/octet-stream"}},
		{"%PDF-", answer{"%PDF-", "text/plain; charset=utf-8"}},
		{"\x89PNG\x0D\x0A\x1A\x0A", answer{"\x89PNG\x0D\x0A\x1A\x0A", "image/png"}},
		{[]byte{0, 255}, answer{"\x00\xff", "application/octet-stream"}},
		{map[string]int{"a": 1}, answer{`{"a":1}`, "application/json"}},
		{42, answer{"42", "application/json"}},
		{true, answer{"true", "application/json"}},
		{nil, answer{"", ""}},
		{(*int)(nil), answer{"", ""}},
		{"", answer{"", ""}},
	} {
		writer := answered(t, one.value)
		if found := (answer{writer.Body.String(), writer.Header().Get("Content-Type")}); found != one.want {
			t.Errorf("%v gives %v, not %v", one.value, found, one.want)
		}
	}
}

func TestTypeOfEncodedText(t *testing.T) { // RESPONSE-1: net/http doesn't look at what is encoded
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Content-Encoding", "identity")
		x := &exchange{recorder: recorder{ResponseWriter: writer, slot: &protocol.Slot{}}}
		body, media, _ := encode("text")
		x.send(body, media)
	}))
	defer server.Close()
	answer, err := http.Get(server.URL)
	if err != nil || answer.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%v %v", answer, err)
	}
}

func TestUnserialisable(t *testing.T) { // RESPONSE-10
	for _, value := range []any{make(chan int), errors.New("no exported fields"), &struct{ a int }{1}} {
		if body, _, err := encode(value); err == nil {
			t.Errorf("%T was encoded as %s", value, body)
		}
	}
	for _, value := range []any{struct{}{}, map[string]int{}, struct {
		A int `json:",omitempty"`
	}{}} {
		if body, _, err := encode(value); err != nil || string(body) != "{}" {
			t.Errorf("%T was encoded as %s, %v", value, body, err)
		}
	}
}

func TestFailureShowsNothing(t *testing.T) { // RESPONSE-11
	writer := httptest.NewRecorder()
	writer.Header().Set("Set-Cookie", "secret")
	writer.Header().Set("Access-Control-Allow-Origin", "https://a")
	(&recorder{ResponseWriter: writer, slot: &protocol.Slot{}, crossOrigin: true}).fail(http.StatusInternalServerError)
	header := writer.Header()
	if header.Get("Set-Cookie") != "" || header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error(header)
	}
	if writer.Code != 500 || writer.Body.String() != "Internal Server Error\n" {
		t.Errorf("%d %s", writer.Code, writer.Body)
	}
}

func TestCORS(t *testing.T) { // RESPONSE-13, RESPONSE-14
	asked := httptest.NewRequest("OPTIONS", "/", nil)
	writer := httptest.NewRecorder()
	if preflight(writer, asked) {
		t.Error("a plain OPTIONS request is the function's")
	}
	asked.Header.Set("Origin", "http://a")
	asked.Header.Set("Access-Control-Request-Method", "PUT")
	asked.Header.Set("Access-Control-Request-Headers", "x-a")
	r := &recorder{ResponseWriter: writer, slot: &protocol.Slot{}, crossOrigin: true}
	if !preflight(r, asked) || writer.Code != 204 ||
		writer.Header().Get("Access-Control-Allow-Headers") != "x-a" ||
		writer.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %v", writer.Code, writer.Header())
	}
}

func TestOwnOrigin(t *testing.T) { // RESPONSE-14
	writer := httptest.NewRecorder()
	r := &recorder{ResponseWriter: writer, slot: &protocol.Slot{}, crossOrigin: true}
	r.Header().Add("Access-Control-Allow-Origin", "https://own")
	_, _ = r.Write([]byte("text"))
	if found := writer.Header()["Access-Control-Allow-Origin"]; len(found) != 1 || found[0] != "https://own" {
		t.Error(found)
	}
}
