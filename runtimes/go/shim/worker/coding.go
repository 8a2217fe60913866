package worker

import (
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

var (
	errCoding      = errors.New("the content coding is not known")
	errUndecodable = errors.New("the content coding can't be undone")
)

const acceptedCodings = "gzip, deflate"

// undoCoding decodes the body, in the request as well (REQUEST-27, REQUEST-28). The error is errCoding,
// errUndecodable or errTooLarge.
func undoCoding(request *http.Request, body string, limit int64) (string, error) {
	header := request.Header
	values := header["Content-Encoding"]
	if values == nil || body == "" { // REQUEST-32
		return body, nil
	}
	coding, err := codingOf(values)
	if err != nil || coding == "" {
		return body, err
	}
	if body, err = decode(body, coding, limit); err != nil {
		return "", err
	}
	header.Del("Content-Encoding")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	request.ContentLength, request.TransferEncoding = int64(len(body)), nil
	request.Body = io.NopCloser(strings.NewReader(body))
	return body, nil
}

// codingOf is the one coding that the values of Content-Encoding name, or nothing (REQUEST-29).
func codingOf(values []string) (string, error) {
	found := ""
	for _, name := range strings.Split(strings.Join(values, ","), ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		switch {
		case name == "" || name == "identity":
		case found != "":
			return "", errCoding
		default:
			found = name
		}
	}
	switch found {
	case "", "gzip", "x-gzip", "deflate":
		return found, nil
	}
	return "", errCoding
}

// decode undoes a coding. What comes out is bounded before it is kept (REQUEST-31).
func decode(body, coding string, limit int64) (string, error) {
	source := strings.NewReader(body)
	reader, err := decoder(source, body, coding)
	if err != nil {
		return "", errUndecodable
	}
	var decoded strings.Builder
	if _, err := io.Copy(&decoded, io.LimitReader(reader, limit+1)); err != nil {
		return "", errUndecodable
	}
	if int64(decoded.Len()) > limit {
		return "", errTooLarge
	}
	if source.Len() > 0 { // REQUEST-30: bytes behind the end
		return "", errUndecodable
	}
	return decoded.String(), nil
}

// decoder reads gzip, or deflate with or without the header of zlib, which many clients leave out.
func decoder(source io.Reader, body, coding string) (io.Reader, error) {
	switch {
	case coding != "deflate":
		return gzip.NewReader(source)
	case len(body) > 1 && body[0]&15 == 8 && (int(body[0])<<8|int(body[1]))%31 == 0:
		return zlib.NewReader(source)
	}
	return flate.NewReader(source), nil
}
