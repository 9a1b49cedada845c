//go:build unix

package process

import (
	"strings"
	"unicode/utf8"
)

// expand replaces $(NAME) by the value that env has for it, as the kubelet does
// for command, args and env. $$ is a dollar sign; a reference that env does not
// have, and all else, stays as it is.
func expand(text string, env map[string]string) string {
	var b strings.Builder
	for {
		at := strings.IndexByte(text, '$')
		if at < 0 || at+1 == len(text) {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:at])
		value, read := expandOne(text[at+1:], env)
		b.WriteString(value)
		text = text[at+1+read:]
	}
}

// expandOne returns what stands for a dollar sign and the bytes read after it.
func expandOne(rest string, env map[string]string) (value string, read int) {
	r, size := utf8.DecodeRuneInString(rest)
	switch r {
	case '$':
		return "$", size
	case '(':
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			return "$(", size
		}
		if value, ok := env[rest[1:end]]; ok {
			return value, end + 1
		}
		return "$" + rest[:end+1], end + 1
	}
	return "$" + string(r), size
}

func expandAll(words []string, env map[string]string) []string {
	expanded := make([]string, len(words))
	for i, word := range words {
		expanded[i] = expand(word, env)
	}
	return expanded
}
