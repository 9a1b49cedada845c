// Package expand replaces references to variables as the kubelet does in
// commands, arguments and environments.
package expand

import (
	"strings"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
)

// Env returns a lookup in a container's own env, where the last entry of a name
// counts. The value of a valueFrom is empty, since the kubelet does not resolve it for
// a probe's command (P99).
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

// Words returns the words, each expanded as [Word] does. It does not modify words.
func Words(words []string, value func(name string) (string, bool)) []string {
	expanded := make([]string, len(words))
	for i, word := range words {
		expanded[i] = Word(word, value)
	}
	return expanded
}

// Word replaces the references in one word (P99). $$ becomes a dollar sign, $(NAME)
// the value of NAME. A reference without a value, a $( that is not closed, and any
// other dollar sign stay as they are.
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

// one expands one dollar sign. rest is the text after it; one returns the text after
// what it has expanded.
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
	// The character after the sign is copied. An invalid one becomes U+FFFD, as in the
	// kubelet.
	r, size := utf8.DecodeRuneInString(rest)
	b.WriteByte('$')
	b.WriteRune(r)
	return rest[size:]
}
