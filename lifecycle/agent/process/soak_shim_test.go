//go:build linux

package process_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"
)

// killedShim is a shim that was killed.
type killedShim struct {
	id   string // of its container
	want string // the end that must be reported, if one is; if empty, any
}

// lostEnd is the end of a container whose shim was killed before it could write
// one.
const lostEnd = "137 ContainerStatusUnknown"

// killShim kills the shim of a container, if one runs.
func (s *soak) killShim() {
	s.t.Helper()
	var mains []marked
	for _, m := range s.processes() {
		if m.main {
			mains = append(mains, m)
		}
	}
	if len(mains) == 0 {
		return
	}
	pid := mains[s.IntN(len(mains))].parent
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return // it has ended
	}
	defer unix.Close(fd)
	id := shimOf(pid)
	if id == "" || unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) != nil {
		return
	}
	if n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(patience.Milliseconds())); n != 1 {
		s.t.Fatalf("the shim %d does not end: %v", pid, err)
	}
	s.shims = append(s.shims, killedShim{id, s.endOf(id)})
}

// shimOf returns the container of a shim, or "" if a process is not a shim.
func shimOf(pid int) string {
	env, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		return ""
	}
	for variable := range strings.SplitSeq(string(env), "\x00") {
		if id, ok := strings.CutPrefix(variable, "PODCLOCK_SHIM="); ok {
			return id
		}
	}
	return ""
}

// endOf returns the end that must be reported of a container whose shim was
// killed: the one that it had written, or lostEnd.
func (s *soak) endOf(id string) string {
	dir := filepath.Join(s.dir, runDir, "containers", id)
	data, err := os.ReadFile(filepath.Join(dir, "exit.json"))
	if err == nil {
		var e corev1.ContainerStateTerminated
		s.must(json.Unmarshal(data, &e))
		return fmt.Sprint(e.ExitCode, " ", e.Reason)
	}
	if _, err := os.Stat(filepath.Join(dir, "start.json")); errors.Is(err, os.ErrNotExist) {
		return "" // it was killed before the start was over, or the container was removed meanwhile
	}
	return lostEnd
}

// noteEnds notes the ends of containers that a status shows.
func (s *soak) noteEnds(status *corev1.PodStatus) {
	for _, c := range statusesOf(status) {
		for _, e := range []*corev1.ContainerStateTerminated{c.State.Terminated, c.LastTerminationState.Terminated} {
			if e != nil {
				s.ends[strings.TrimPrefix(e.ContainerID, "process://")] = fmt.Sprint(e.ExitCode, " ", e.Reason)
			}
		}
	}
}

// hearEnds checks that the containers whose shims were killed were reported
// with the right end.
func (s *soak) hearEnds() {
	told := 0
	for _, k := range s.shims {
		have, ok := s.ends[k.id]
		if !ok || k.want == "" {
			continue
		}
		if told++; have != k.want {
			s.t.Errorf("the shim of container %s was killed: its end is told as %s, not %s", k.id, have, k.want)
		}
	}
	s.t.Logf("the ends of %d containers whose shims were killed were told", told)
}
