// Package expand replaces references to variables as the kubelet does in
// commands, arguments and environments.
package expand

import (
	"strings"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
)

// Env looks values up in a container's own env, whose last entry of a name
// counts. That of a valueFrom is empty: a probe's command knows no other (P99).
func Env(env []corev1.EnvVar) func(name string) (string, bool) {
	return func(name string) (string, bool) {
		for i := len(env) - 1; i >= 0; i-- {
			if env[i].Name == name {
				return env[i].Value, true
			}
		}
		return "", false
	}
}

// Words expands each word, see [Word]. The list is not modified.
func Words(words []string, value func(name string) (string, bool)) []string {
	expanded := make([]string, len(words))
	for i, word := range words {
		expanded[i] = Word(word, value)
	}
	return expanded
}

// Word replaces the references in one word. Each dollar sign starts one of: $$,
// a dollar sign; $(NAME), a reference; $(, with nothing that closes it, and
// anything else stay as they are, as does a reference that has no value (P99).
func Word(word string, value func(name string) (string, bool)) string {
	at := strings.IndexByte(word, '$')
	if at < 0 {
		return word
	}
	var b strings.Builder
	for at >= 0 && at+1 < len(word) {
		b.WriteString(word[:at])
		word = one(&b, word[at+1:], value)
		at = strings.IndexByte(word, '$')
	}
	b.WriteString(word)
	return b.String()
}

// one writes what follows a dollar sign and returns what is left.
func one(b *strings.Builder, rest string, value func(name string) (string, bool)) string {
	switch rest[0] {
	case '$':
		b.WriteByte('$')
		return rest[1:]
	case '(':
		if end := strings.IndexByte(rest, ')'); end > 0 {
			if v, ok := value(rest[1:end]); ok {
				b.WriteString(v)
			} else {
				b.WriteString("$" + rest[:end+1])
			}
			return rest[end+1:]
		}
	}
	// One character goes by unread: a broken one becomes U+FFFD, as in the kubelet.
	r, size := utf8.DecodeRuneInString(rest)
	b.WriteByte('$')
	b.WriteRune(r)
	return rest[size:]
}
