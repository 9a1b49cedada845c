//go:build unix && !linux

package process

import "syscall"

// killLeft kills the process group of a container whose shim was killed.
func (c *container) killLeft() {
	if c.started.PID > 0 {
		syscall.Kill(-c.started.PID, syscall.SIGKILL)
	}
}

// machineMemory returns 0: it is not known here.
func machineMemory() int64 { return 0 }
