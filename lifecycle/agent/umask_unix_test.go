//go:build unix

package agent_test

import "syscall"

// Directories of tests are open to nobody else, whatever the user's umask.
var _ = syscall.Umask(0o022)
