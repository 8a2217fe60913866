package worker

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/kubeless/kubeless/pkg/functions"
)

// firstPiece bounds the memory that a declared length alone can claim.
const firstPiece = 1 << 20

var errTooLarge = errors.New("the body is larger than the limit")

// readBody reads the body as text, without its coding, and lets the function read it again through the
// request (REQUEST-16).
func readBody(request *http.Request, limit int64) (string, error) {
	if request.Body == http.NoBody {
		return "", nil
	}
	if request.ContentLength > limit {
		return "", errTooLarge
	}
	var body strings.Builder
	body.Grow(int(min(max(request.ContentLength, 0), firstPiece)))
	if _, err := io.Copy(&body, io.LimitReader(request.Body, limit+1)); err != nil {
		return "", err
	}
	if int64(body.Len()) > limit {
		return "", errTooLarge
	}
	text := body.String()
	request.Body = io.NopCloser(strings.NewReader(text))
	return undoCoding(request, text, limit)
}

// newEvent makes the event of a request. The error is errCharset, or stands for a malformed request.
func newEvent(request *http.Request, body string) (functions.Event, error) {
	header := request.Header
	event := functions.Event{
		Data:           body,
		EventID:        first(header["Event-Id"]),
		EventType:      first(header["Event-Type"]),
		EventTime:      first(header["Event-Time"]),
		EventNamespace: first(header["Event-Namespace"]),
	}
	contentType := first(header["Content-Type"])
	media := mediaType(contentType)
	if isJSON(media) && body != "" { // REQUEST-7, REQUEST-8
		text, err := jsonText(body, contentType)
		if err != nil {
			return event, err
		}
		event.Data = text
	}
	if media == "application/cloudevents+json" {
		return event, structuredMode(&event, event.Data)
	}
	return event, binaryMode(&event, header)
}

// first is the value of a header, as http.Header.Get gives it; that brings the name into its
// canonical form each time, which the names here have already.
func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func validJSON(text string) bool { return utf8.ValidString(text) && json.Valid([]byte(text)) }

func mediaType(contentType string) string {
	if contentType == "" {
		return ""
	}
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media, _, _ = strings.Cut(contentType, ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	return media
}

func isJSON(media string) bool {
	return media == "application/json" || strings.HasSuffix(media, "+json")
}
