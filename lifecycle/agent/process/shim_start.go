//go:build unix

package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// start starts the container's process.
func (s *shim) start() error {
	for _, variable := range s.record.Env { // look programs up in the container's PATH
		if path, ok := strings.CutPrefix(variable, "PATH="); ok {
			os.Setenv("PATH", path)
		}
	}
	if err := os.Chdir(s.record.WorkingDir); err != nil {
		return err
	}
	log, err := openLog(s.record.Log, s.record.LogMaxSize, s.record.LogMaxFiles)
	if err != nil {
		return err
	}
	s.pumps = newPumps(log)
	stdout, err := s.pumps.pipe("stdout")
	if err != nil {
		return err
	}
	defer stdout.Close()
	stderr, err := s.pumps.pipe("stderr")
	if err != nil {
		return err
	}
	defer stderr.Close()
	pid, err := s.fork(s.record.Command, stdout, stderr, s.mainEnded)
	if err != nil {
		return err
	}
	s.started = startRecord{PID: pid, At: time.Now()}
	if err := writeRecord(filepath.Join(s.dir, startFile), s.started); err != nil {
		s.kill()
		return err
	}
	return nil
}

// fork starts a process of the container as the leader of a process group. The
// loop calls done when the process has ended.
func (s *shim) fork(command []string, stdout, stderr *os.File, done func(syscall.WaitStatus)) (pid int, err error) {
	program, err := exec.LookPath(command[0])
	if err != nil {
		return 0, err
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	attributes, err := childAttributes(s.record.Cgroup)
	if err != nil {
		return 0, err
	}
	defer attributes.close()
	pid, err = syscall.ForkExec(program, command, &syscall.ProcAttr{
		Env: s.record.Env, Files: []uintptr{null.Fd(), stdout.Fd(), stderr.Fd()}, Sys: &attributes.SysProcAttr,
	})
	if err != nil {
		return 0, fmt.Errorf("exec: %q: %w", command[0], err)
	}
	s.children[pid] = done
	return pid, nil
}

// mainEnded notes the end of the container's process. The loop kills what that
// has left behind, as the end of a PID namespace would.
func (s *shim) mainEnded(status syscall.WaitStatus) {
	s.ended = true
	s.exit.At = time.Now()
	code, signal := exitCodeOf(status)
	s.exit.ExitCode, s.exit.Signal = int32(code), signal
}

// writeEnd writes the end of the container, once its log is complete.
func (s *shim) writeEnd() error {
	s.pumps.drain()
	if s.record.Cgroup.oomKilled() { // whichever process it was, and whatever the exit code (C8)
		s.exit.Reason = "OOMKilled"
	}
	err := writeRecord(filepath.Join(s.dir, exitFile), s.withMessage(s.exit))
	s.removeCgroup() // last: it may take a while, and the end must not be lost meanwhile
	return err
}

// removeCgroup removes the container's cgroup. It cannot take the lock of
// cgroups, because the runtime is another process.
func (s *shim) removeCgroup() {
	s.record.Cgroup.remove()
	s.record.Cgroup.removeAll()
}
