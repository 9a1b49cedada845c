package agent

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lock keeps other agents out of the state directory, until unlock.
func (a *Agent) lock() error {
	if a.o.StateDir == "" {
		return nil
	}
	if err := os.MkdirAll(a.o.StateDir, 0o700); err != nil {
		return fmt.Errorf("agent: Options.StateDir: %w", err)
	}
	lock := flock.New(filepath.Join(a.o.StateDir, "lock"))
	for deadline := time.Now().Add(lockPatience); ; time.Sleep(lockPause) {
		switch ok, err := lock.TryLock(); {
		case err != nil:
			return fmt.Errorf("agent: Options.StateDir: %w", err)
		case !ok && time.Now().Before(deadline):
			continue
		case !ok:
			return fmt.Errorf("agent: Options.StateDir: %s: another agent runs with it: give each its own, or end that one", a.o.StateDir)
		}
		a.held = lock
		return nil
	}
}

func (a *Agent) unlock() {
	if a.held != nil {
		_ = a.held.Unlock() // the end of the process does it, at the latest
	}
}

// A process that was killed while it started another may hold its lock until
// that one has begun.
const (
	lockPatience = 2 * time.Second
	lockPause    = 10 * time.Millisecond
)
