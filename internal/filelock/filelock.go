// Package filelock lets one owner at a time have a file, or what it stands for,
// also among processes.
package filelock

import (
	"errors"
	"fmt"
	"time"

	"github.com/gofrs/flock"
)

// ErrTaken is returned for a file that another owner has.
var ErrTaken = errors.New("somebody else has it: end that one, or give each a directory of its own")

// A process that was killed while it started another may hold its locks until
// that one has begun.
const (
	patience = 2 * time.Second
	pause    = 10 * time.Millisecond
)

// Take locks the file until it is unlocked or the process ends, and makes the file
// if it is not there. Keep the lock: the garbage collector gives up one that is
// out of reach.
func Take(path string) (*flock.Flock, error) {
	lock := flock.New(path)
	for deadline := time.Now().Add(patience); ; time.Sleep(pause) {
		switch ok, err := lock.TryLock(); {
		case err != nil:
			return nil, err
		case ok:
			return lock, nil
		case time.Now().After(deadline):
			return nil, fmt.Errorf("%s: %w", path, ErrTaken)
		}
	}
}
