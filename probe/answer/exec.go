package answer

import (
	"strings"
	"time"

	"github.com/podclock/podclock/probe"
)

// CommandTimedOut is the beginning of the text for a command that was not over in time.
const CommandTimedOut = "command timed out"

// Exec returns the answer of a command that exited with a code. Only 0 is a success (P101).
func Exec(code int, output string) probe.Answer {
	if code == 0 {
		return Success(output)
	}
	return Failure(output)
}

// ExecTimedOut returns the answer of a command that was not over in time. The command's
// output is lost (P101, P104). command must be the expanded one (P99).
func ExecTimedOut(command []string, timeout time.Duration) probe.Answer {
	return failuref("%s: %q timed out after %s", CommandTimedOut, strings.Join(command, " "), timeout)
}
