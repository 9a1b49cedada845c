//go:build linux

package process_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent/process"
)

// hear takes in a report of an agent.
func (s *soak) hear(a *soakProcess, r *report) {
	if r.Have != nil {
		a.have <- r.Have
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Refused != "" {
		s.refused(r.Refused)
		return
	}
	p := s.pods[r.Pod]
	if p != nil && p.told && r.Gone {
		return // who watches may be told twice what a pod has become (agent.Agent.Watch)
	}
	if p == nil || p.gone {
		s.t.Errorf("the agent tells of the pod %s, which is gone: %+v", r.Pod, r)
		return
	}
	if r.Status != nil {
		s.compare(p, r)
		p.status, p.reported = r.Status, r.Reported
		s.noteEnds(r.Status)
	}
	if r.Gone {
		s.leaves(p)
	}
}

// refused handles an order that the agent has refused: one that is given twice
// may come too late for a pod that leaves.
func (s *soak) refused(why string) {
	for uid, p := range s.pods {
		if p.leave != nil && strings.HasPrefix(why, fmt.Sprintf("agent: there is no pod with UID %q: ", uid)) {
			return
		}
	}
	s.t.Error(why)
}

// compare checks that no status takes anything back: an agent knows what the
// one before it has decided, reported or not. Only as long as an end is not
// reported it may still change, such as that of an evicted pod whose containers
// then exit with 0 (S23).
func (s *soak) compare(p *soakPod, now *report) {
	if always := p.spec.Spec.RestartPolicy == "" || p.spec.Spec.RestartPolicy == corev1.RestartPolicyAlways; always && terminal(now.Status) && !p.mayEnd() {
		s.t.Errorf("the pod %s has ended, though it is restarted always (S22): %s", p.spec.UID, asJSON(now.Status))
	}
	if p.status == nil {
		return
	}
	// Housekeeping drops the cached status of a pod that is gone from its source (S72).
	taken := terminal(p.status) && !terminal(now.Status) && (p.leave == nil || p.leave.Remove == "")
	if taken || terminal(p.reported) && (now.Status.Phase != p.reported.Phase || now.Reported.Phase != p.reported.Phase) {
		s.t.Errorf("the pod %s was %s, reported %s, and is %s, reported %s (S23)", p.spec.UID, p.status.Phase, p.reported.Phase, now.Status.Phase, now.Reported.Phase)
	}
	for _, before := range statusesOf(p.status) {
		if after := restartsOf(now.Status, before.Name); after < int(before.RestartCount) {
			s.t.Errorf("%s in %s was restarted %d times, and now %d: %s", before.Name, p.spec.UID, before.RestartCount, after, asJSON(now.Status))
		}
	}
}

// mayEnd reports whether a deletion or removal (S73), an eviction (S81) or its
// deadline (S80) may have ended the pod.
func (p *soakPod) mayEnd() bool {
	return p.leave != nil || p.evict != nil || p.spec.Spec.ActiveDeadlineSeconds != nil
}

func statusesOf(s *corev1.PodStatus) []corev1.ContainerStatus {
	return slices.Concat(s.InitContainerStatuses, s.ContainerStatuses)
}

// leaves checks that a pod that is gone was meant to go, and has left nothing
// behind.
func (s *soak) leaves(p *soakPod) {
	p.gone, p.told = true, true
	if p.leave == nil {
		s.t.Errorf("a pod is gone that nobody has deleted: %v", p)
	}
	for _, other := range s.processes() {
		if other.uid == string(p.spec.UID) {
			s.t.Errorf("the pod %s is gone, and has left %+v", p.spec.UID, other)
		}
	}
	if _, err := os.Stat(filepath.Join(s.dir, stateDir, string(p.spec.UID)+".pod.json")); !errors.Is(err, os.ErrNotExist) {
		s.t.Errorf("the pod %s is gone, and its state is kept: %v", p.spec.UID, err)
	}
}

// marked is the process of a container, or one that it has started.
type marked struct {
	pid, parent    int
	uid, container string
	main           bool // the container's own
}

// processes finds all marked processes by their environment, even outside their
// process group.
func (s *soak) processes() (found []marked) {
	environs, err := filepath.Glob("/proc/[0-9]*/environ")
	check(err)
	for _, path := range environs {
		dir := filepath.Dir(path)
		env, err := os.ReadFile(path)
		_, mark, ok := bytes.Cut(env, []byte(markVariable+"="+s.dir+"|"))
		if err != nil || !ok {
			continue
		}
		stat, err := os.ReadFile(dir + "/stat")
		if err != nil {
			continue // it has ended
		}
		line, err := os.ReadFile(dir + "/cmdline")
		if err != nil {
			continue
		}
		var m marked
		mark, _, _ = bytes.Cut(mark, []byte{0})
		m.uid, m.container, _ = strings.Cut(string(mark), "|")
		m.pid, _ = strconv.Atoi(filepath.Base(dir))
		fmt.Sscan(string(stat[bytes.LastIndexByte(stat, ')')+4:]), &m.parent)
		m.main = bytes.Contains(line, []byte("\x00"+appArgument+"\x00"))
		found = append(found, m)
	}
	return found
}

// mains returns the processes of containers, by pod and container. It leaves
// out a process that was forked and has not yet become another program.
func (s *soak) mains() map[string][]int {
	all, pids := s.processes(), map[string][]int{}
	for _, m := range all {
		child := slices.ContainsFunc(all, func(o marked) bool { return o.pid == m.parent })
		if m.main && !child {
			name := m.uid + "/" + m.container
			pids[name] = append(pids[name], m.pid)
		}
	}
	return pids
}

// lookForTwins checks that no container has two processes. A forked process
// that has lost its parent may look like a second one for a moment.
func (s *soak) lookForTwins() {
	before := s.mains()
	if !slices.ContainsFunc(slices.Collect(maps.Values(before)), several) {
		return
	}
	time.Sleep(time.Second)
	for name, pids := range s.mains() {
		if several(pids) && slices.Equal(pids, before[name]) {
			s.t.Errorf("the container %s runs more than once: %v", name, pids)
		}
	}
}

func several(pids []int) bool { return len(pids) > 1 }

// settle waits until each wanted pod is as its status says: ended, or with the
// processes that the status shows.
func (s *soak) settle() {
	settled := map[*soakPod]bool{}
	s.eventually("all statuses are true", func() error {
		mains := s.mains()
		for _, p := range s.order {
			if p.leave != nil || settled[p] {
				continue
			}
			if err := s.isTrue(p, mains); err != nil {
				return err
			}
			settled[p] = true
		}
		return nil
	})
}

// isTrue checks that a status shows each process, and no fewer restarts than
// there were: no restart count is used twice (R32). Only the dead containers of
// an evicted pod may be removed before a status shows them (C12). It also
// checks that what must be restarted is, with the wanted image.
func (s *soak) isTrue(p *soakPod, mains map[string][]int) error {
	if p.status == nil || p.evict != nil && !terminal(p.status) {
		return fmt.Errorf("not yet: %v", p)
	}
	for _, c := range statusesOf(p.status) {
		if starts := s.startsOf(p, c.Name); p.evict == nil && starts > int(c.RestartCount)+1 {
			return fmt.Errorf("%s was started %d times: %v", c.Name, starts, p)
		}
		if runs := len(mains[string(p.spec.UID)+"/"+c.Name]) > 0; runs != (c.State.Running != nil) {
			return fmt.Errorf("%s runs: %v, %v", c.Name, runs, p)
		}
		if image := p.container(c.Name).Image; c.State.Running != nil && c.Image != image {
			return fmt.Errorf("%s runs with the image %s, and %s is wanted: %v", c.Name, c.Image, image, p)
		}
	}
	for _, c := range p.status.ContainerStatuses {
		if e := c.State.Terminated; e != nil && !terminal(p.status) && p.restarts(e) && p.sidecarsStarted() {
			return fmt.Errorf("%s is not restarted: %v", c.Name, p)
		}
	}
	return nil
}

// sidecarsStarted reports whether all sidecars have started. If not, and all
// other containers have ended, they wait (S11).
func (p *soakPod) sidecarsStarted() bool {
	return !slices.ContainsFunc(p.status.InitContainerStatuses, func(c corev1.ContainerStatus) bool {
		return p.container(c.Name).RestartPolicy != nil && (c.Started == nil || !*c.Started)
	})
}

// restarts reports whether the pod's policy wants a restart after this end
// (R1).
func (p *soakPod) restarts(e *corev1.ContainerStateTerminated) bool {
	policy := p.spec.Spec.RestartPolicy
	return policy != corev1.RestartPolicyNever && (policy != corev1.RestartPolicyOnFailure || e.ExitCode != 0)
}

func (p *soakPod) container(name string) *corev1.Container {
	all := slices.Concat(p.spec.Spec.InitContainers, p.spec.Spec.Containers)
	return &all[slices.IndexFunc(all, func(c corev1.Container) bool { return c.Name == name })]
}

// nothingIsLeft checks that no process, file, state or cgroup is left.
func (s *soak) nothingIsLeft() {
	if left := s.processes(); len(left) > 0 {
		s.t.Errorf("processes that are left: %+v", left)
	}
	for _, pattern := range []string{stateDir + "/*", runDir + "/sandboxes/*", runDir + "/containers/*", runDir + "/logs/*"} {
		left, err := filepath.Glob(filepath.Join(s.dir, pattern))
		check(err)
		left = slices.DeleteFunc(left, func(path string) bool { return filepath.Base(path) == "lock" })
		if len(left) > 0 {
			s.t.Errorf("files that are left: %q", left)
		}
	}
	if g := process.CgroupsOf(filepath.Join(s.dir, runDir)); g != "" {
		if _, err := os.Stat(g); !errors.Is(err, os.ErrNotExist) {
			s.t.Errorf("a cgroup is left: %s, %v", g, err)
		}
	}
}
