package head

// maxSizeDigits is the most hexadecimal digits of a chunk's size.
const maxSizeDigits = 15

// Chunks goes through a chunked body, to find its end and to refuse what is malformed (HTTP-7, HTTP-22).
// Its zero value accepts no data.
type Chunks struct {
	Limit  int64 // the most bytes of data
	Status int   // of the refusal
	next   chunkPart
	digits int   // of the size
	left   int64 // bytes of the chunk's data
	last   bool  // the size was 0: trailers follow
}

// chunkPart is what the next byte belongs to.
type chunkPart int

const (
	sizeDigits chunkPart = iota
	sizeBlanks           // behind the size: an extension has to follow
	extension
	sizeEnd // the LF
	data
	dataCR
	dataLF
	trailer // the beginning of a line
	trailerName
	trailerValue
	trailerEnd // the LF
	bodyEnd    // the LF
)

// Read goes on with the next bytes. It gives how many of them belong to the body, and whether the body is
// Complete with them or Refused. A blank between a size and an extension is overwritten
// by a semicolon, because net/http takes none there.
func (c *Chunks) Read(received []byte) (int, Verdict) {
	for at := 0; at < len(received); at++ {
		if c.next == data {
			step := min(c.left, int64(len(received)-at))
			c.Limit -= step
			if c.left -= step; c.left == 0 {
				c.next = dataCR
			}
			at += int(step) - 1
			continue
		}
		if c.next == sizeDigits && isBlank(received[at]) && c.digits > 0 {
			c.next, received[at] = sizeBlanks, ';'
			continue
		}
		if !c.step(received[at]) {
			c.Status = 400
		} else if c.next != sizeDigits && c.left > c.Limit {
			c.Status = 413 // REQUEST-14
		}
		if c.Status != 0 {
			return at, Refused
		}
		if c.next == sizeDigits && c.last {
			return at + 1, Complete
		}
	}
	return len(received), Incomplete
}

// step goes on by a byte that is not data; false if it can't be there.
func (c *Chunks) step(character byte) bool {
	switch c.next {
	case sizeDigits:
		return c.size(character)
	case sizeBlanks:
		if character == ';' {
			c.next, c.last = extension, c.left == 0
		}
		return character == ';' || isBlank(character)
	case extension:
		return c.line(character, extension, sizeEnd)
	case sizeEnd:
		if c.next = data; c.last {
			c.next = trailer
		}
		return character == '\n'
	case dataCR:
		c.next = dataLF
		return character == '\r'
	case dataLF:
		*c = Chunks{Limit: c.Limit}
		return character == '\n'
	case trailer:
		if c.next = trailerName; character == '\r' {
			c.next = bodyEnd
		}
		return character == '\r' || token.has(character)
	case trailerName:
		if character == ':' {
			c.next = trailerValue
		}
		return character == ':' || token.has(character)
	case trailerValue:
		return c.line(character, trailerValue, trailerEnd)
	case trailerEnd:
		c.next = trailer
		return character == '\n'
	}
	c.next = sizeDigits // bodyEnd
	return character == '\n'
}

func (c *Chunks) size(character byte) bool {
	value := int64(0)
	switch {
	case '0' <= character && character <= '9':
		value = int64(character - '0')
	case 'a' <= character|0x20 && character|0x20 <= 'f':
		value = int64(character|0x20-'a') + 10
	case c.digits == 0:
		return false
	case character == ';':
		c.next, c.last = extension, c.left == 0
		return true
	default:
		c.next, c.last = sizeEnd, c.left == 0
		return character == '\r'
	}
	c.left = c.left<<4 | value
	c.digits++
	return c.digits <= maxSizeDigits
}

// line goes on in a text that ends with CRLF.
func (c *Chunks) line(character byte, text, end chunkPart) bool {
	if c.next = text; character == '\r' {
		c.next = end
		return true
	}
	return inText(character)
}
