//go:build unix

package process

import "syscall"

// kill ends the container's process; the others follow it.
func (s *shim) kill() {
	s.killGroup(s.started.PID)
}

// killGroup ends a process that fork has started, with all that is in its group;
// false: it has ended. As long as it was not reaped, its ID is its own.
func (s *shim) killGroup(pid int) bool {
	if s.children[pid] == nil {
		return false
	}
	syscall.Kill(-pid, syscall.SIGKILL)
	syscall.Kill(pid, syscall.SIGKILL) // should it have left its group
	return true
}

// killRest ends what the container's process has left.
func (s *shim) killRest() {
	s.record.Cgroup.kill()
	killChildren(s.started.PID)
}
