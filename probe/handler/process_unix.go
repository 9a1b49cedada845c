//go:build unix

package handler

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes the command the leader of a new process group.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// killGroup kills the process and every process that it has started in its group.
func killGroup(leader *os.Process) error {
	err := syscall.Kill(-leader.Pid, syscall.SIGKILL)
	if err == syscall.ESRCH {
		return os.ErrProcessDone
	}
	return err
}

// endedByKill reports whether a signal ended the process. One that has exited by itself can
// also be killed, as long as nobody has waited for it.
func endedByKill(state *os.ProcessState) bool { return !state.Exited() }

// exitStatus returns the exit status as shells and container runtimes do: after a signal it
// is 128 and the number of the signal.
func exitStatus(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}
