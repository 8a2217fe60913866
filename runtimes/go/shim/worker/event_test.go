package worker

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kubeless/kubeless/pkg/functions"
)

func request(body string, headers ...string) *http.Request {
	made := httptest.NewRequest("POST", "/", strings.NewReader(body))
	for index := 0; index < len(headers); index += 2 {
		made.Header.Set(headers[index], headers[index+1])
	}
	return made
}

func TestHeadersAreFields(t *testing.T) { // REQUEST-3
	event, err := newEvent(request("", "event-id", "1", "event-type", "t", "event-time", "now",
		"event-namespace", "n"), "text")
	want := functions.Event{Data: "text", EventID: "1", EventType: "t", EventTime: "now", EventNamespace: "n"}
	if err != nil || event != want {
		t.Errorf("%+v, %v", event, err)
	}
}

func TestMalformedJSON(t *testing.T) { // REQUEST-5, REQUEST-7, REQUEST-8
	for _, media := range []string{"application/json", "application/json; charset=utf-8", "application/x+json"} {
		for body, good := range map[string]bool{`{"a": 1}`: true, "3": true, "null": true, "": true, "{": false, " \r\n": false, "NaN": false, "-Infinity": false, "\"\xff\"": false} {
			if _, err := newEvent(request(body, "content-type", media), body); (err == nil) != good {
				t.Errorf("%s as %s: %v", body, media, err)
			}
		}
	}
	if _, err := newEvent(request("{", "content-type", "text/plain"), "{"); err != nil {
		t.Error(err)
	}
}

// REQUEST-33: the data is UTF-8 whatever the charset was, in both modes of CloudEvents too.
func TestJSONInACharset(t *testing.T) {
	const body = "{\"s\": \"gr\xfc\xdfe\"}"
	event, err := newEvent(request(body, "content-type", "application/json; charset=iso-8859-1"), body)
	if err != nil || event.Data != `{"s": "grüße"}` {
		t.Errorf("%q, %v", event.Data, err)
	}
	if _, err := newEvent(request(body, "content-type", "application/json; charset=klingon"), body); err != errCharset {
		t.Error(err)
	}
	if event, err := newEvent(request("", "content-type", "application/json; charset=klingon"), ""); err != nil {
		t.Errorf("%q, %v", event.Data, err) // REQUEST-32
	}
	const envelope = mark + `{"specversion": "1.0", "id": "1", "type": "t", "source": "s", "data": 1}`
	event, err = newEvent(request(envelope, "content-type", "application/cloudevents+json"), envelope)
	if err != nil || event.Data != "1" {
		t.Errorf("%q, %v", event.Data, err)
	}
}

func TestBodyIsReadTwice(t *testing.T) { // REQUEST-16
	made := request("hello")
	body, err := readBody(made, 5)
	again, _ := io.ReadAll(made.Body)
	if err != nil || body != "hello" || string(again) != "hello" {
		t.Errorf("%q, %q, %v", body, again, err)
	}
}

func TestBodyOverTheLimit(t *testing.T) { // REQUEST-14
	if _, err := readBody(request("hello!"), 5); !errors.Is(err, errTooLarge) {
		t.Error(err)
	}
	chunked := request("hello!")
	chunked.ContentLength = -1
	if _, err := readBody(chunked, 5); !errors.Is(err, errTooLarge) {
		t.Error(err)
	}
}
