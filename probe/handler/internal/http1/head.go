package http1

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/podclock/podclock/probe/answer"
)

// verdict is what the head of a response allows.
type verdict uint8

const (
	headIncomplete verdict = iota // all lines so far are regular
	headComplete
	headIrregular // only net/http can judge it
)

// head parses the head of a response line by line. It accepts only some of the heads that
// net/http accepts, and understands them in the same way. Every other head is irregular.
type head struct {
	size      int // the number of bytes of the parsed lines
	lines     int
	status    int
	minor     byte // the minor version: '0' or '1'
	length    int  // Content-Length, if hasLength
	hasLength bool
	chunked   bool
	location  bool
}

// scan continues with the new lines in b. b begins with the status line.
func (h *head) scan(b []byte) verdict {
	for {
		end := bytes.IndexByte(b[h.size:], '\n')
		if end < 0 {
			if len(b) > HeadLimit {
				return headIrregular
			}
			return headIncomplete
		}
		line := bytes.TrimSuffix(b[h.size:h.size+end], []byte("\r"))
		h.size += end + 1
		h.lines++
		switch {
		case h.size > HeadLimit:
			return headIrregular
		case h.lines == 1:
			if !h.statusLine(line) {
				return headIrregular
			}
		case len(line) == 0:
			return h.framing()
		case !h.field(line):
			return headIrregular
		}
	}
}

// statusLine parses "HTTP/1.1 200 OK", with any reason or none.
func (h *head) statusLine(line []byte) bool {
	const prefix = "HTTP/1."
	if len(line) < len("HTTP/1.1 200") || string(line[:len(prefix)]) != prefix || line[8] != ' ' {
		return false
	}
	if h.minor = line[7]; h.minor != '0' && h.minor != '1' {
		return false
	}
	for _, c := range line[9:12] {
		if c < '0' || c > '9' {
			return false
		}
		h.status = 10*h.status + int(c-'0')
	}
	// 1xx responses come before the real response, or end HTTP.
	return h.status >= http.StatusOK && (len(line) == 12 || line[12] == ' ')
}

// field parses a header line. It records what decides the length of the body or redirects.
func (h *head) field(line []byte) bool {
	name, value, found := bytes.Cut(line, []byte(":"))
	if !found || !plainName(name) || !plainValue(value) {
		return false
	}
	value = bytes.Trim(value, " \t")
	switch len(name) {
	case len("Trailer"), len("Location"), len("Content-Length"), len("Transfer-Encoding"):
		return h.framingField(name, value)
	}
	return true
}

func (h *head) framingField(name, value []byte) bool {
	switch {
	case equalFold(name, "trailer"):
		return false
	case equalFold(name, "location"):
		h.location = h.location || len(value) > 0
	case equalFold(name, "content-length"):
		if h.hasLength {
			return false
		}
		h.hasLength = true
		return h.readLength(value)
	case equalFold(name, "transfer-encoding"):
		if h.chunked || !equalFold(value, "chunked") {
			return false
		}
		h.chunked = true
	}
	return true
}

func (h *head) readLength(value []byte) bool {
	if len(value) == 0 || len(value) > 9 { // too large for an int of 32 bits
		return false
	}
	for _, c := range value {
		if c < '0' || c > '9' {
			return false
		}
		h.length = 10*h.length + int(c-'0')
	}
	return true
}

// framing checks that the fields about the body agree.
func (h *head) framing() verdict {
	if h.chunked && (h.hasLength || h.minor == '0' || h.bodiless()) {
		return headIrregular
	}
	if h.location && answer.Redirects(h.status) {
		return headIrregular
	}
	return headComplete
}

// bodiless reports whether a response with this status has no body, whatever its head says.
func (h *head) bodiless() bool {
	return h.status == http.StatusNoContent || h.status == http.StatusNotModified
}

// equalFold reports whether b is the lower-case name, in any case.
func equalFold(b []byte, name string) bool {
	return strings.EqualFold(string(b), name)
}
