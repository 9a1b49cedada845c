//go:build unix

package process

import "syscall"

// kill kills the container's process. When it has ended, the loop kills the
// others.
func (s *shim) kill() {
	s.killGroup(s.started.PID)
}

// killGroup kills a process that fork has started, and its process group. It
// reports false if the process has ended. The ID cannot belong to another
// process, because only the loop reaps processes, and this is the loop.
func (s *shim) killGroup(pid int) bool {
	if s.children[pid] == nil {
		return false
	}
	syscall.Kill(-pid, syscall.SIGKILL)
	syscall.Kill(pid, syscall.SIGKILL) // it may have left its group
	return true
}

// killRest kills what the container's process has left behind.
func (s *shim) killRest() {
	s.record.Cgroup.kill()
	killChildren(s.started.PID)
}
