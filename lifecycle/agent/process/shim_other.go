//go:build unix && !linux

package process

import (
	"os"
	"syscall"
)

func ownProgram() (string, error) { return os.Executable() }

// becomeSubreaper does nothing: what has left the process group is not known
// here.
func becomeSubreaper() error { return nil }

// attributes are those of the container's processes.
type attributes struct{ syscall.SysProcAttr }

func childAttributes(cgroup) (attributes, error) {
	return attributes{syscall.SysProcAttr{Setpgid: true}}, nil
}

func (*attributes) close() {}

// killChildren ends what is left of the process group of the container.
func killChildren(group int) { syscall.Kill(-group, syscall.SIGKILL) }
