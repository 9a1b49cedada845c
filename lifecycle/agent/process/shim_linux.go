package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// ownProgram returns a path to this very program, even if its file was
// replaced.
func ownProgram() (string, error) { return "/proc/self/exe", nil }

// becomeSubreaper makes this process the parent of each descendant whose own
// parent has ended.
func becomeSubreaper() error {
	return os.NewSyscallError("prctl", unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
}

// attributes are the attributes with which the container's processes are
// started.
type attributes struct {
	syscall.SysProcAttr
	cgroup *os.File
}

func childAttributes(g cgroup) (attributes, error) {
	a := attributes{SysProcAttr: syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}}
	if g == "" {
		return a, nil
	}
	dir, err := os.Open(string(g))
	if err != nil {
		return a, err
	}
	a.cgroup, a.UseCgroupFD, a.CgroupFD = dir, true, int(dir.Fd())
	return a, nil
}

func (a *attributes) close() {
	if a.cgroup != nil {
		a.cgroup.Close()
	}
}

// killChildren kills all children of this process. Their IDs cannot belong to
// other processes, because the loop has not reaped them. When they have ended,
// their own children become ours, and are killed then.
func killChildren(int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // the process is gone
		}
		// PID (COMMAND) STATE PPID …
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) < 2 || string(fields[1]) != strconv.Itoa(os.Getpid()) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}
