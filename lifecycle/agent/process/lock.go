//go:build unix

package process

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// flock locks a file for as long as this process has it open. A process that was
// killed while it started another may hold its locks until that one has begun.
func flock(file *os.File) error {
	deadline := time.Now().Add(lockPatience)
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(lockPause)
	}
}

const (
	lockPatience = 2 * time.Second
	lockPause    = 10 * time.Millisecond
)
