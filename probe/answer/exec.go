package answer

import (
	"strings"
	"time"

	"github.com/podclock/podclock/probe"
)

// CommandTimedOut begins the text of a command that ran into its time-out.
const CommandTimedOut = "command timed out"

// Exec is the end of a command that ran, by its exit code (P101).
func Exec(code int, output string) probe.Answer {
	if code == 0 {
		return Success(output)
	}
	return Failure(output)
}

// ExecTimedOut is the end of a command that ran into its time-out: what it wrote
// is lost (P101, P104). The command is the expanded one (P99).
func ExecTimedOut(command []string, timeout time.Duration) probe.Answer {
	return failuref("%s: %q timed out after %s", CommandTimedOut, strings.Join(command, " "), timeout)
}
