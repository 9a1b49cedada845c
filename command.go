package podclock

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// expandedCommand is a probe's command line with $(NAME) expanded from the
// container's own env (P99).
func expandedCommand(c *corev1.Container, command []string) string {
	args := make([]string, len(command))
	for i, arg := range command {
		args[i] = expand(c.Env, arg)
	}
	return strings.Join(args, " ")
}

func expand(env []corev1.EnvVar, s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '$')
		if i < 0 || i+1 == len(s) {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		n := expandOne(env, s, &b)
		s = s[n:]
	}
}

// expandOne writes what the "$" that s begins with stands for, and returns how
// much of s that was.
func expandOne(env []corev1.EnvVar, s string, b *strings.Builder) int {
	if s[1] == '$' {
		b.WriteByte('$')
		return 2
	}
	end := strings.IndexByte(s, ')')
	if s[1] != '(' || end < 0 {
		b.WriteString(s[:1])
		return 1
	}
	name := s[2:end]
	for i := len(env) - 1; i >= 0; i-- {
		if env[i].Name == name {
			b.WriteString(env[i].Value) // that of a valueFrom is empty
			return end + 1
		}
	}
	b.WriteString(s[:end+1])
	return end + 1
}
