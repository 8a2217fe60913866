package worker

import "testing"

// REQUEST-33, REQUEST-34, REQUEST-35: JSON becomes UTF-8 without a byte order mark, or is refused.
func TestCharsets(t *testing.T) {
	const valid = "not refused"
	for _, one := range []struct{ charset, body, want string }{
		{"", `"ü"`, valid},
		{"utf-8", `"ü"`, valid},
		{"UTF-8", mark + `"ü"`, valid},
		{`"utf8"`, `"ü"`, valid},
		{"iso-8859-1", "\"\xfc\"", valid},
		{"Latin1", "\"\xfc\"", valid},
		{"utf-16", "\x00\"\x00\xfc\x00\"", valid},
		{"utf-16", "\xfe\xff\x00\"\x00\xfc\x00\"", valid},
		{"utf-16", "\xff\xfe\"\x00\xfc\x00\"\x00", valid},
		{"utf-16le", "\"\x00\xfc\x00\"\x00", valid},
		{"utf-16be", "\x00\"\x00\xfc\x00\"", valid},
		{"", "\"\xfc\"", "the body is not JSON"},
		{"us-ascii", `"ü"`, "the body is not JSON"},
		{"us-ascii", "\"\xfc\"", "the body is not JSON"},
		{"", mark + mark + `"ü"`, "the body is not JSON"},
		{"utf-16le", "\"\x00\"\x00x", "the body is not JSON"},
		{"utf-16le", "\"\x00\x3c\xd8\"\x00", "the body is not JSON"},
		{"klingon", `"ü"`, "the charset is not known"},
	} {
		media := "application/json"
		if one.charset != "" {
			media += "; charset=" + one.charset
		}
		text, err := jsonText(one.body, media)
		if one.want == valid && (err != nil || text != `"ü"`) || one.want != valid && (err == nil || err.Error() != one.want) {
			t.Errorf("%q in `%s`: %q, %v", one.body, one.charset, text, err)
		}
	}
	if text, err := jsonText(`"a"`, "application/json; charset=us-ascii"); text != `"a"` || err != nil {
		t.Error(text, err)
	}
	if text, err := jsonText("\"\x00\x3c\xd8\x89\xdf\"\x00", "a/json; charset=utf-16le"); text != `"🎉"` || err != nil {
		t.Error(text, err)
	}
}
