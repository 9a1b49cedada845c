// Package filelock locks a file, or the resource that it stands for, for one owner at
// a time. Owners may be in different processes.
package filelock

import (
	"errors"
	"fmt"
	"time"

	"github.com/gofrs/flock"
)

// ErrTaken is the error for a file that another owner has locked.
var ErrTaken = errors.New("somebody else has it: end that one, or give each a directory of its own")

// If a process is killed while it starts another, its locks are held until the other
// has begun. So Take waits a little before it gives up.
const (
	patience = 2 * time.Second
	pause    = 10 * time.Millisecond
)

// Take locks the file until the lock is released or the process ends. It makes the
// file if there is none. The caller must keep the lock, since the garbage collector
// releases a lock that nobody refers to.
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
