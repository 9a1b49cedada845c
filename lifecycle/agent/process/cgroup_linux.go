package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ownCgroup returns the directory of this process's cgroup v2.
func ownCgroup() (string, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	return findCgroup(string(mounts), string(own))
}

// findCgroup finds the directory in the contents of /proc/PID/mountinfo and
// /proc/PID/cgroup.
func findCgroup(mounts, own string) (string, error) {
	root := ""
	for line := range strings.Lines(mounts) {
		// ID PARENT DEV ROOT MOUNTPOINT OPTIONS … - TYPE SOURCE OPTIONS
		before, after, _ := strings.Cut(line, " - ")
		if fields := strings.Fields(before); strings.HasPrefix(after, "cgroup2 ") && len(fields) > 4 {
			root = fields[4]
			break
		}
	}
	if root == "" {
		return "", errors.New("there are no cgroups v2 here: limits are not enforced")
	}
	for line := range strings.Lines(own) {
		if path, ok := strings.CutPrefix(line, "0::"); ok {
			return filepath.Join(root, strings.TrimSpace(path)), nil
		}
	}
	return "", fmt.Errorf("this process has no cgroup v2 in %s: limits are not enforced", root)
}
