package worker

import "strings"

// original is what a request line said that net/http has been given another one for.
type original struct{ target, authority string }

// rewrite replaces what our check accepts and net/http does not: empty lines before the request line, a
// target in absolute form, and a percent sign that no two digits follow.
func (c *conn) rewrite() {
	h := &c.head
	path := escapePercents(h.Path)
	if path != h.Target {
		c.original = &original{strings.Clone(h.Target), strings.Clone(h.Authority)}
		line := h.Method + " " + path + " " + h.Protocol
		rest := c.buffer[h.Start+h.LineLength:]
		h.Length += len(line) - h.LineLength - h.Start
		c.buffer = append(append(make([]byte, 0, len(line)+len(rest)), line...), rest...)
	} else if h.Start > 0 {
		h.Length -= h.Start
		c.buffer = c.buffer[:copy(c.buffer, c.buffer[h.Start:])]
	}
}

func escapePercents(path string) string {
	at := strings.IndexByte(path, '%')
	if at < 0 {
		return path
	}
	made := strings.Builder{}
	end := strings.IndexByte(path, '?')
	if end < 0 {
		end = len(path)
	}
	for index := 0; index < end; index++ {
		made.WriteByte(path[index])
		if path[index] == '%' && !(index+2 < end && isHex(path[index+1]) && isHex(path[index+2])) {
			made.WriteString("25")
		}
	}
	return made.String() + path[end:]
}

func isHex(letter byte) bool {
	return '0' <= letter && letter <= '9' || 'a' <= letter|0x20 && letter|0x20 <= 'f'
}
