package worker

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/kubeless/kubeless/pkg/functions"
)

var errCloudEvent = errors.New("not a CloudEvent of version 1")

// binaryMode maps the headers of a CloudEvent in binary mode onto the event (REQUEST-18); a request
// without a version is none.
func binaryMode(event *functions.Event, header http.Header) error {
	version, found := header["Ce-Specversion"]
	if !found {
		return nil
	}
	return attributes(event, version[0], header.Get("Ce-Id"), header.Get("Ce-Type"),
		header.Get("Ce-Source"), header.Get("Ce-Time"))
}

// structuredMode maps a CloudEvent in structured mode (REQUEST-19).
func structuredMode(event *functions.Event, body string) error {
	var envelope struct {
		SpecVersion, ID, Type, Source, Time string
		DataContentType                     string
		Data                                json.RawMessage
		DataBase64                          *string `json:"data_base64"`
	}
	if !validJSON(body) || json.Unmarshal([]byte(body), &envelope) != nil {
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
