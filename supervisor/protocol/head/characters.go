package head

import "unsafe"

// set is a set of ASCII characters: bit c stands for character c.
type set struct{ low, high uint64 }

const (
	digits  = (1<<10 - 1) << '0'
	letters = (1<<26-1)<<'A' | (1<<26-1)<<'a'
	hexCase = (1<<6 - 1) << 'a'
	marks   = 1<<'-' | 1<<'.' | 1<<'_' | 1<<'~' | 1<<'!' | 1<<'$' | 1<<'&' | 1<<'\'' | 1<<'*' | 1<<'+' | 1<<'%'
	tokens  = digits | letters | marks | 1<<'#' | 1<<'^' | 1<<'`' | 1<<'|'
	hosts   = digits | letters | marks | 1<<'(' | 1<<')' | 1<<',' | 1<<';' | 1<<'=' | 1<<':' | 1<<'[' | 1<<']'
	lowHalf = 1<<64 - 1
)

var (
	digit  = set{digits & lowHalf, digits >> 64}
	hexLow = set{(digits | hexCase) & lowHalf, (digits | hexCase) >> 64} // hexadecimal, in lower case
	token  = set{tokens & lowHalf, tokens >> 64}                         // of a method or a field's name
	host   = set{hosts & lowHalf, hosts >> 64}                           // of a Host field or an authority
)

func (s *set) has(character byte) bool {
	return s.low&(1<<character) != 0 || s.high&(1<<(character-64)) != 0
}

// only tells whether all characters are in a set.
func only(text []byte, members *set) bool {
	for _, character := range text {
		if !members.has(character) {
			return false
		}
	}
	return true
}

// isText tells whether the characters may be in a field's value.
func isText(text []byte) bool {
	for _, character := range text {
		if !inText(character) {
			return false
		}
	}
	return true
}

// inText tells of any character but a control character; a tab is none here.
func inText(character byte) bool {
	return character >= ' ' && character != 0x7f || character == '\t'
}

// is compares with a text in lower case, whatever case `text` is in.
func is(text []byte, lower string) bool {
	if len(text) != len(lower) {
		return false
	}
	for index, character := range text {
		if 'A' <= character && character <= 'Z' {
			character |= 0x20
		}
		if character != lower[index] {
			return false
		}
	}
	return true
}

// trim takes the blanks off both ends.
func trim(text []byte) []byte {
	for len(text) > 0 && isBlank(text[0]) {
		text = text[1:]
	}
	for len(text) > 0 && isBlank(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

func isBlank(character byte) bool { return character == ' ' || character == '\t' }

// view is the text as a string that shares its memory: a copy would be made for each request.
func view(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	return unsafe.String(&text[0], len(text))
}
