package agent

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/podclock/podclock/internal/filelock"
)

// lock keeps other agents out of the state directory, until unlock.
func (a *Agent) lock() error {
	if a.o.StateDir == "" {
		return nil
	}
	err := os.MkdirAll(a.o.StateDir, 0o700)
	if err == nil {
		a.held, err = filelock.Take(filepath.Join(a.o.StateDir, "lock"))
	}
	if err != nil {
		return fmt.Errorf("agent: Options.StateDir: %w", err)
	}
	return nil
}

func (a *Agent) unlock() {
	if a.held != nil {
		_ = a.held.Unlock() // the end of the process does it, at the latest
	}
}
