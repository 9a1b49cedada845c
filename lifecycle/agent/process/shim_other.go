//go:build unix && !linux

package process

import (
	"os"
	"syscall"
)

func ownProgram() (string, error) { return os.Executable() }

// becomeSubreaper does nothing. This system cannot find a process that has left
// the process group.
func becomeSubreaper() error { return nil }

// attributes are the attributes with which the container's processes are
// started.
type attributes struct{ syscall.SysProcAttr }

func childAttributes(cgroup) (attributes, error) {
	return attributes{syscall.SysProcAttr{Setpgid: true}}, nil
}

func (*attributes) close() {}

// killChildren kills what is left of the container's process group.
func killChildren(group int) { syscall.Kill(-group, syscall.SIGKILL) }
