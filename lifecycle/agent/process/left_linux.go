package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// killLeft kills the processes of a container whose shim was killed. It finds
// them by their environment, even if they have left the process group.
func (c *container) killLeft() {
	c.record.Cgroup.kill()
	mark := []byte(messageVariable + "=" + filepath.Join(c.dir, messageFile) + "\x00")
	for range killRounds { // meanwhile a process may have started another
		killed := false
		environs, _ := filepath.Glob("/proc/[0-9]*/environ")
		for _, path := range environs {
			pid, _ := strconv.Atoi(strings.Split(path, "/")[2])
			killed = killMarked(pid, path, mark) || killed
		}
		if !killed {
			return
		}
	}
}

const killRounds = 100

// killMarked kills a process that has the mark in its environment. It opens the
// process's file descriptor first: unlike the ID, that never stands for another
// process.
func killMarked(pid int, environ string, mark []byte) bool {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	env, err := os.ReadFile(environ)
	if err != nil || !bytes.Contains(env, mark) {
		return false
	}
	return unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) == nil
}

// machineMemory returns the machine's memory in bytes.
func machineMemory() int64 {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0
	}
	return int64(info.Totalram) * int64(info.Unit)
}
