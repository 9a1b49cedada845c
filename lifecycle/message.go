package lifecycle

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Limits of termination messages (C10): of the file and of the logs, in bytes but
// for the lines.
const (
	maxMessageFile  = 4096
	maxMessageLog   = 2048
	maxMessageLines = 80
)

// terminationMessage returns the message of an exit: the runtime's own, and then the
// end of the file at terminationMessagePath or, if the policy says so, of the
// logs (C10).
func (t *Template) terminationMessage(container int, ev *Event) string {
	message := last(ev.Message, maxMessageFile)
	if message == "" && t.fallsBackToLogs(container, ev) {
		message = last(lastLines(ev.LogTail, maxMessageLines), maxMessageLog)
	}
	if message == "" || ev.RuntimeMessage == "" {
		return ev.RuntimeMessage + message
	}
	return ev.RuntimeMessage + ": " + message
}

// fallsBackToLogs reports whether the logs stand in for an empty message file:
// not those of what ended well or could not be run (C8, C10).
func (t *Template) fallsBackToLogs(container int, ev *Event) bool {
	return t.spec.Containers[container].Spec.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError &&
		ev.ExitCode != 0 && ev.ExitReason != "ContainerCannotRun"
}

// last returns the last bytes of a text.
func last(s string, limit int) string { return s[max(0, len(s)-limit):] }

// lastLines returns the last lines of a text. Its last line may lack a line feed.
func lastLines(s string, limit int) string {
	at := len(strings.TrimSuffix(s, "\n"))
	for range limit {
		if at = strings.LastIndexByte(s[:at], '\n'); at < 0 {
			return s
		}
	}
	return s[at+1:]
}
