package worker

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/kubeless/kubeless/pkg/functions"
)

var errCloudEvent = errors.New("not a CloudEvent of version 1")

// binaryMode maps the headers of a CloudEvent in binary mode onto the event (REQUEST-18). Any of the four
// required headers tells that the request is one (REQUEST-20).
func binaryMode(event *functions.Event, header http.Header) error {
	if header["Ce-Specversion"] == nil && header["Ce-Id"] == nil && header["Ce-Type"] == nil &&
		header["Ce-Source"] == nil {
		return nil
	}
	value := func(name string) string { return decodePercents(first(header[name])) }
	return attributes(event, value("Ce-Specversion"), value("Ce-Id"), value("Ce-Type"),
		value("Ce-Source"), value("Ce-Time"))
}

// decodePercents decodes `%C3%A9` and the like, as the HTTP binding of CloudEvents has it. An invalid escape
// stays as it is, and so do escapes that are no UTF-8.
func decodePercents(text string) string {
	made := []byte{}
	for at := 0; at < len(text); {
		bytes := escapedBytes(text[at:])
		if len(bytes) > 0 && utf8.Valid(bytes) {
			made = append(made, bytes...)
			at += 3 * len(bytes)
			continue
		}
		end := at + max(1, 3*len(bytes))
		made = append(made, text[at:end]...)
		at = end
	}
	return string(made)
}

// escapedBytes are the bytes of the escapes that a text begins with.
func escapedBytes(text string) []byte {
	found := []byte{}
	for len(text) >= 3 && text[0] == '%' && isHex(text[1]) && isHex(text[2]) {
		decoded, _ := hex.DecodeString(text[1:3])
		found, text = append(found, decoded...), text[3:]
	}
	return found
}

// structuredMode maps a CloudEvent in structured mode (REQUEST-19); `body` is JSON, or empty.
func structuredMode(event *functions.Event, body string) error {
	var envelope struct {
		SpecVersion, ID, Type, Source, Time string
		DataContentType                     string
		Data                                json.RawMessage
		DataBase64                          *string `json:"data_base64"`
	}
	if json.Unmarshal([]byte(body), &envelope) != nil {
		return errCloudEvent
	}
	if envelope.DataBase64 != nil {
		decoded, err := base64.StdEncoding.DecodeString(*envelope.DataBase64)
		if err != nil {
			return errCloudEvent
		}
		event.Data = string(decoded)
	} else {
		event.Data = text(envelope.Data, mediaType(envelope.DataContentType))
	}
	return attributes(event, envelope.SpecVersion, envelope.ID, envelope.Type, envelope.Source,
		envelope.Time)
}

// text is the data of a structured event: JSON as it stands, but the content of a string whose
// media type is not JSON.
func text(data json.RawMessage, media string) string {
	var content string
	if media != "" && !isJSON(media) && json.Unmarshal(data, &content) == nil {
		return content
	}
	return string(data)
}

// attributes checks the required attributes (REQUEST-20).
func attributes(event *functions.Event, version, id, kind, source, time string) error {
	if version != "1" && !strings.HasPrefix(version, "1.") || id == "" || kind == "" || source == "" {
		return errCloudEvent
	}
	event.EventID, event.EventType, event.EventNamespace = id, kind, source
	event.EventTime = time
	return nil
}
