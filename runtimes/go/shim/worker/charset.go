package worker

import (
	"encoding/binary"
	"errors"
	"mime"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var errCharset = errors.New("the charset is not known")

const mark = "\ufeff"

// jsonText is the text of a JSON body in UTF-8, without a byte order mark (REQUEST-33). The error is
// errCharset, or says what is wrong with the body.
func jsonText(body, contentType string) (string, error) {
	charset := ""
	if strings.IndexByte(contentType, ';') >= 0 {
		_, parameters, _ := mime.ParseMediaType(contentType)
		charset = strings.ToLower(parameters["charset"])
	}
	text, valid, err := decodeText(body, charset)
	if err != nil {
		return "", err
	}
	if text = strings.TrimPrefix(text, mark); !valid || !validJSON(text) { // REQUEST-35
		return "", errors.New("the body is not JSON")
	}
	return text, nil
}

// decodeText is the body in UTF-8, and whether all of it is text of the charset.
func decodeText(body, charset string) (text string, valid bool, err error) {
	switch charset {
	case "", "utf-8", "utf8":
		return body, true, nil // validJSON looks at that
	case "us-ascii", "ascii":
		return body, strings.IndexFunc(body, func(letter rune) bool { return letter >= utf8.RuneSelf }) < 0, nil
	case "iso-8859-1", "latin1":
		letters := make([]rune, len(body))
		for index := range letters {
			letters[index] = rune(body[index])
		}
		return string(letters), true, nil
	case "utf-16le":
		text, valid = decodeUTF16(body, binary.LittleEndian)
	case "utf-16be":
		text, valid = decodeUTF16(body, binary.BigEndian)
	case "utf-16":
		var order binary.ByteOrder = binary.BigEndian
		if strings.HasPrefix(body, "\xff\xfe") {
			order = binary.LittleEndian
		}
		text, valid = decodeUTF16(body, order)
	default:
		return "", false, errCharset
	}
	return text, valid, nil
}

// decodeUTF16 finds half a pair by encoding again, because it has become U+FFFD.
func decodeUTF16(body string, order binary.ByteOrder) (text string, valid bool) {
	units := make([]uint16, len(body)/2)
	for index := range units {
		units[index] = order.Uint16([]byte(body[2*index : 2*index+2]))
	}
	letters := utf16.Decode(units)
	return string(letters), len(body)%2 == 0 && slices.Equal(utf16.Encode(letters), units)
}
