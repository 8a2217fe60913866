package head

import "bytes"

// beginsRequest tells whether the bytes can be the beginning of a request line (HTTP-19).
func beginsRequest(line []byte) bool {
	blank := bytes.IndexByte(line, ' ')
	if blank < 0 {
		return only(line, &token)
	}
	return blank > 0 && only(line[:blank], &token)
}

// requestLine reads the first line; it gives the status of a refusal, or 0.
func (h *Head) requestLine(line []byte) int {
	h.LineLength = len(line)
	first := bytes.IndexByte(line, ' ')
	if first <= 0 || !only(line[:first], &token) { // HTTP-12, HTTP-13
		return 400
	}
	h.Method = view(line[:first])
	rest := line[first+1:]
	second := bytes.IndexByte(rest, ' ')
	if second < 0 {
		second = len(rest)
	}
	target := rest[:second]
	if len(target) == 0 || !isText(target) || bytes.IndexByte(target, '\t') >= 0 {
		return 400
	}
	h.Target = view(target)
	if second == len(rest) {
		return 400
	}
	if status := h.version(rest[second+1:]); status != 0 {
		return status
	}
	if h.Method == "CONNECT" { // HTTP-14
		return 501
	}
	if !h.target(target) {
		return 400
	}
	h.Probe = probe(h.Path)
	return 0
}

// version reads `HTTP/1.1` and the like (HTTP-16, HTTP-17, HTTP-24).
func (h *Head) version(text []byte) int {
	if len(text) != 8 || string(text[:5]) != "HTTP/" || text[6] != '.' ||
		!digit.has(text[5]) || !digit.has(text[7]) {
		return 400
	}
	h.Protocol, h.minor = view(text), text[7]
	if text[5] != '1' {
		return 505
	}
	return 0
}

// target checks the form of the target (HTTP-15), and finds its path.
func (h *Head) target(target []byte) bool {
	if bytes.IndexByte(target, '#') >= 0 {
		return false
	}
	if target[0] == '/' {
		h.Path = h.Target
		return true
	}
	if len(target) == 1 && target[0] == '*' { // HTTP-25
		h.Path = h.Target
		return h.Method == "OPTIONS"
	}
	scheme := bytes.Index(target, []byte("://"))
	if scheme < 0 || !is(target[:scheme], "http") && !is(target[:scheme], "https") {
		return false
	}
	authority := target[scheme+3:] // HTTP-20
	path := []byte("/")
	if end := bytes.IndexAny(authority, "/?"); end >= 0 {
		authority, path = authority[:end], authority[end:]
	}
	if path[0] == '?' {
		path = append([]byte("/"), path...)
	}
	h.Authority, h.Path = view(authority), view(path)
	return len(authority) > 0 && only(authority, &host)
}

func probe(path string) Probe {
	for index := 0; index < len(path); index++ {
		if path[index] == '?' {
			path = path[:index]
			break
		}
		if index == len("/healthz") {
			return NoProbe
		}
	}
	switch path {
	case "/healthz":
		return Health
	case "/readyz":
		return Readiness
	case "/metrics":
		return Metrics
	}
	return NoProbe
}
