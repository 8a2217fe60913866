package worker

import "testing"

func TestBinaryMode(t *testing.T) { // REQUEST-18, REQUEST-20
	event, err := newEvent(request("", "ce-specversion", "1.0", "ce-id", "1", "ce-type", "t",
		"ce-source", "/s", "ce-time", "now"), "x")
	if err != nil || event.EventID != "1" || event.EventNamespace != "/s" || event.Data != "x" {
		t.Errorf("%+v, %v", event, err)
	}
	for _, headers := range [][]string{
		{"ce-specversion", "1.0", "ce-id", "1", "ce-type", "t"},
		{"ce-specversion", "0.3", "ce-id", "1", "ce-type", "t", "ce-source", "s"},
		{"ce-specversion", "10", "ce-id", "1", "ce-type", "t", "ce-source", "s"},
		{"ce-id", "1", "ce-type", "t", "ce-source", "s"},
		{"ce-specversion", "1"},
		{"ce-id", "1"},
		{"ce-type", "t"},
		{"ce-source", ""},
	} {
		if _, err := newEvent(request("", headers...), ""); err == nil {
			t.Errorf("%v was accepted", headers)
		}
	}
}

// REQUEST-18: the values of the headers are percent-decoded; what can't be decoded stays as it is.
func TestPercentDecoding(t *testing.T) {
	for value, want := range map[string]string{
		"a%20b": "a b", "/caf%C3%A9/orders": "/café/orders", "100%": "100%", "%zz%41": "%zzA", "%E9": "%E9",
		"%c3%": "%c3%", "": "", "plain": "plain",
	} {
		if found := decodePercents(value); found != want {
			t.Errorf("%s: %s, not %s", value, found, want)
		}
	}
	event, err := newEvent(request("", "ce-specversion", "1", "ce-id", "a%20b", "ce-type", "%C3%A9",
		"ce-source", "%2F", "ce-time", "10%3A00"), "")
	if err != nil || event.EventID != "a b" || event.EventType != "é" || event.EventNamespace != "/" ||
		event.EventTime != "10:00" {
		t.Errorf("%+v, %v", event, err)
	}
}

func TestStructuredMode(t *testing.T) { // REQUEST-19, REQUEST-20
	attributes := `{"specversion": "1.0", "id": "1", "type": "t", "source": "s", `
	for body, want := range map[string]string{
		attributes + `"data": {"a": 1}}`:                                 `{"a": 1}`,
		attributes + `"data": "text"}`:                                   `"text"`,
		attributes + `"datacontenttype": "text/plain", "data": "text"}`:  "text",
		attributes + `"data_base64": "AP8="}`:                            "\x00\xff",
		attributes + `"datacontenttype": "text/plain", "time": "now"}`:   "",
		attributes + `"datacontenttype": "application/json", "data": 1}`: "1",
	} {
		event, err := newEvent(request(body, "content-type", "application/cloudevents+json"), body)
		if err != nil || event.Data != want || event.EventID != "1" {
			t.Errorf("%s: %+v, %v", body, event, err)
		}
	}
	for _, body := range []string{
		"", "{", "[]", `{"specversion": "1.0"}`, `{"specversion": "2.0", "id": "1", "type": "t", "source": "s"}`,
		attributes + `"data_base64": "?"}`,
	} {
		if _, err := newEvent(request(body, "content-type", "application/cloudevents+json"), body); err == nil {
			t.Errorf("%s was accepted", body)
		}
	}
}
