package head

import "bytes"

// field reads a field; it gives the status of a refusal, or 0.
func (h *Head) field(line []byte) int {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 || !only(line[:colon], &token) { // HTTP-8, HTTP-10
		return 400
	}
	value := trim(line[colon+1:])
	if !isText(value) { // HTTP-9
		return 400
	}
	return h.known(line[:colon], value)
}

// known reads a field whose meaning matters here. The length of the name tells most others apart.
func (h *Head) known(name, value []byte) int {
	switch len(name) {
	case len("host"):
		if is(name, "host") {
			return h.hostField(value)
		}
	case len("expect"):
		if is(name, "expect") {
			return h.expect(value)
		}
		if is(name, "origin") {
			h.CrossOrigin = true
		}
	case len("referer"):
		if is(name, "referer") && h.Referer == "" {
			h.Referer = view(value)
		}
	case len("user-agent"):
		if is(name, "user-agent") && h.UserAgent == "" {
			h.UserAgent = view(value)
		}
		if is(name, "connection") {
			h.connection(value)
		}
	case len("traceparent"):
		if is(name, "traceparent") {
			h.traces++
			h.TraceID = view(traceID(value))
		}
	case len("content-length"):
		if is(name, "content-length") {
			return h.contentLength(value)
		}
	case len("transfer-encoding"):
		if is(name, "transfer-encoding") {
			return h.transferEncoding(value)
		}
	}
	return 0
}

func (h *Head) hostField(value []byte) int { // HTTP-11
	if h.host++; h.host > 1 || !only(value, &host) {
		return 400
	}
	return 0
}

func (h *Head) expect(value []byte) int { // HTTP-18
	if h.minor == '0' {
		return 0
	}
	if !is(value, "100-continue") {
		return 417
	}
	h.ExpectContinue = true
	return 0
}

func (h *Head) connection(value []byte) {
	for rest := value; len(rest) > 0; {
		var option []byte
		option, rest = element(rest)
		h.connectionClose = h.connectionClose || is(option, "close")
		h.keepAlive = h.keepAlive || is(option, "keep-alive")
	}
}

// element gives the first element of a list with commas, and what follows it.
func element(list []byte) (first, rest []byte) {
	if comma := bytes.IndexByte(list, ','); comma >= 0 {
		return trim(list[:comma]), list[comma+1:]
	}
	return trim(list), nil
}

// contentLength reads the length of the body (HTTP-4).
func (h *Head) contentLength(value []byte) int {
	const maxDigits = 18 // so that the number fits
	if h.lengths++; h.lengths > 1 || len(value) == 0 || len(value) > maxDigits || !only(value, &digit) {
		return 400
	}
	for _, character := range value {
		h.BodyLength = h.BodyLength*10 + int64(character-'0')
	}
	return 0
}

// transferEncoding reads the codings of the body: `chunked` is the only one that is decoded (HTTP-5,
// HTTP-6).
func (h *Head) transferEncoding(value []byte) int {
	if h.codings++; h.codings > 1 || h.minor == '0' {
		return 400
	}
	others, chunked := 0, false
	for rest, more := value, true; more; more = rest != nil {
		var coding []byte
		coding, rest = element(rest)
		if len(coding) == 0 || chunked {
			return 400
		}
		if chunked = is(coding, "chunked"); !chunked {
			others++
		}
	}
	switch {
	case !chunked:
		return 400
	case others > 0:
		return 501
	}
	return 0
}

// finish judges the head as a whole; it gives the status of a refusal, or 0.
func (h *Head) finish(bodyLimit int64) int {
	if h.minor != '0' && h.host == 0 { // HTTP-11
		return 400
	}
	if h.lengths > 0 && h.codings > 0 { // HTTP-3
		return 400
	}
	if h.BodyLength > bodyLimit { // REQUEST-14
		return 413
	}
	if h.codings > 0 {
		h.BodyLength = Chunked
	}
	if h.traces > 1 {
		h.TraceID = ""
	}
	h.Close = h.connectionClose || h.minor == '0' && !h.keepAlive
	return 0
}

// traceID is the trace ID of a traceparent as W3C Trace Context defines it, or nothing (OBSERVABILITY-7).
func traceID(value []byte) []byte {
	const length = len("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	if len(value) < length || value[2] != '-' || value[35] != '-' || value[52] != '-' {
		return nil
	}
	version, trace, parent, flags := value[:2], value[3:35], value[36:52], value[53:55]
	first := string(version) == "00"
	if first && len(value) > length || len(value) > length && value[length] != '-' {
		return nil
	}
	for _, part := range [...][]byte{version, trace, parent, flags} {
		if !only(part, &hexLow) {
			return nil
		}
	}
	if string(version) == "ff" || allZeros(trace) || allZeros(parent) {
		return nil
	}
	return trace
}

func allZeros(text []byte) bool {
	for _, character := range text {
		if character != '0' {
			return false
		}
	}
	return true
}
