package scenario

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// toUTF8 returns a file's text as UTF-8, without a byte order mark. It decodes UTF-16
// that begins with such a mark, and refuses any other encoding.
func toUTF8(file string, data []byte) ([]byte, error) {
	data, problem := decodeMarked(data)
	at, cure := bytes.IndexByte(data, 0), "save the file as UTF-8, as with iconv -f OLD -t UTF-8"
	switch {
	case problem != "":
		at = 0
	case at >= 0 && at < 2:
		problem = "UTF-16 or UTF-32 without a byte order mark, or no text"
	case at >= 0:
		problem, cure = "a byte 0: this is no text", "give a file of YAML or JSON"
	default:
		if at = invalidAt(data); at < 0 {
			return data, nil
		}
		problem = fmt.Sprintf("the byte %#x is not UTF-8, but Latin-1 or the like", data[at])
	}
	line := 1 + bytes.Count(data[:at], []byte("\n"))
	return nil, &Error{File: file, Line: line, Msg: problem + "; " + cure}
}

// decodeMarked removes a byte order mark, and decodes the UTF-16 after one. It returns
// what is wrong with the text, if anything is.
func decodeMarked(data []byte) ([]byte, string) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return data[3:], ""
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")):
		return data, "UTF-32"
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return data, ""
	}
	if len(data)%2 != 0 {
		return data, "UTF-16 that ends within a character"
	}
	units := make([]uint16, len(data)/2-1)
	for i := range units {
		units[i] = order.Uint16(data[2*i+2:])
	}
	for i := 0; i < len(units); i++ {
		switch {
		case !utf16.IsSurrogate(rune(units[i])):
		case i+1 < len(units) && utf16.DecodeRune(rune(units[i]), rune(units[i+1])) != utf8.RuneError:
			i++
		default:
			return data, "UTF-16 with half a character"
		}
	}
	return []byte(string(utf16.Decode(units))), ""
}

// invalidAt returns the index of the first byte that is not UTF-8. If there is none, it
// returns -1.
func invalidAt(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; ; {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
}
