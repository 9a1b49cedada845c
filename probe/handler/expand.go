package handler

import (
	"strings"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
)

// expandCommand replaces $(NAME) in a probe's command by the value that env
// gives NAME (P99). The command is not modified.
func expandCommand(command []string, env []corev1.EnvVar) []string {
	expanded := make([]string, len(command))
	for i, word := range command {
		expanded[i] = expand(word, env)
	}
	return expanded
}

// expand replaces the references of one word. Each dollar sign starts one of:
// $$, a dollar sign; $(NAME), a reference; $(, with nothing that closes it, and
// anything else stay as they are.
func expand(word string, env []corev1.EnvVar) string {
	at := strings.IndexByte(word, '$')
	if at < 0 {
		return word
	}
	var b strings.Builder
	for at >= 0 && at+1 < len(word) {
		b.WriteString(word[:at])
		word = expandOne(&b, word[at+1:], env)
		at = strings.IndexByte(word, '$')
	}
	b.WriteString(word)
	return b.String()
}

// expandOne writes what follows a dollar sign and returns what is left.
func expandOne(b *strings.Builder, rest string, env []corev1.EnvVar) string {
	switch rest[0] {
	case '$':
		b.WriteByte('$')
		return rest[1:]
	case '(':
		if end := strings.IndexByte(rest, ')'); end > 0 {
			b.WriteString(lookUp(rest[1:end], env))
			return rest[end+1:]
		}
	}
	// One character goes by unread: a broken one becomes U+FFFD, as in the kubelet.
	r, size := utf8.DecodeRuneInString(rest)
	b.WriteByte('$')
	b.WriteRune(r)
	return rest[size:]
}

// lookUp returns the value of the last entry of that name, which is empty for
// one with valueFrom; without an entry the reference stays as written (P99).
func lookUp(name string, env []corev1.EnvVar) string {
	for i := len(env) - 1; i >= 0; i-- {
		if env[i].Name == name {
			return env[i].Value
		}
	}
	return "$(" + name + ")"
}
