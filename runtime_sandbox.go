package podclock

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// either is the first that is not 0.
func either(a, b time.Duration) time.Duration {
	if a != 0 {
		return a
	}
	return b
}

func (s *Simulation) runSandbox(pod int32, p *simPod, a *lifecycle.Action) {
	ev := lifecycle.Event{Type: lifecycle.SandboxStarted, Op: a.Op}
	if p.sandboxRuns < len(p.sandbox.Errors) {
		ev.Err = p.sandbox.Errors[p.sandboxRuns]
	}
	p.sandboxRuns++
	s.after(either(p.sandbox.Takes, s.options.Latency.RunSandbox), task{kind: taskSandbox, pod: pod, event: ev})
}

// sandboxRun ends a call to run a sandbox.
func (s *Simulation) sandboxRun(t *task) {
	p := s.pods[t.pod]
	if t.event.Err == "" {
		first := !p.sandboxed
		p.newest, p.sandboxed, p.ready = t.event.Op, true, true
		p.ip = p.sandbox.IP
		if p.ip == "" {
			p.ip = s.newIP()
		}
		t.event.IP = p.ip
		if first && p.sandbox.StatusError != "" {
			t.event.Err, t.event.ErrReason = p.sandbox.StatusError, "FailedPodSandBoxStatus"
		}
		if first && p.sandbox.DiesAfter > 0 {
			s.after(p.sandbox.DiesAfter, task{kind: taskCollapse, pod: t.pod, instance: t.event.Op})
		}
	}
	s.step(t.pod, &t.event)
}

// newIP gives out the addresses of 10.244.0.0/16 from the second one on, and
// starts over after the last.
func (s *Simulation) newIP() string {
	s.ips = s.ips%65533 + 1
	n := s.ips + 1
	return fmt.Sprintf("10.244.%d.%d", n>>8, n&255)
}

func (s *Simulation) stopSandbox(pod int32, p *simPod, a *lifecycle.Action) {
	var d time.Duration
	if p.present() == a.Instance {
		d = either(p.sandbox.StopTakes, s.options.Latency.StopSandbox)
	}
	s.after(d, task{kind: taskNoSandbox, pod: pod, instance: a.Instance, event: lifecycle.Event{
		Type: lifecycle.SandboxStopped, Op: a.Op,
	}})
}

// sandboxStopped ends a call to stop a sandbox; what still ran in it is gone. A
// sandbox that was stopped before is not told of again.
func (s *Simulation) sandboxStopped(t *task) {
	p := s.pods[t.pod]
	if p.present() != t.instance {
		s.step(t.pod, &t.event)
		return
	}
	p.ready = false
	s.step(t.pod, s.killAll(t.pod)...)
	s.step(t.pod, &t.event)
}

func (s *Simulation) removeSandbox(pod int32, a *lifecycle.Action) {
	s.after(0, task{kind: taskDeliver, pod: pod, event: lifecycle.Event{
		Type: lifecycle.SandboxRemoved, Op: a.Op,
	}})
}

// sandboxDies ends a sandbox by itself, if it is ready.
func (s *Simulation) sandboxDies(pod int32, id uint64) {
	p := s.pods[pod]
	if p.present() != id {
		return
	}
	p.ready = false
	died := &lifecycle.Event{Type: lifecycle.SandboxDied}
	s.step(pod, append([]*lifecycle.Event{died}, s.killAll(pod)...)...)
}

// killAll ends every container that runs, as SIGKILL does, and those in an unknown
// state, and returns what the machine is to be told of it.
func (s *Simulation) killAll(pod int32) []*lifecycle.Event {
	p := s.pods[pod]
	var ends []*lifecycle.Event
	for i := range p.instances {
		c, ev := &p.instances[i], &lifecycle.Event{ExitCode: sigkilled, ExitReason: "Error"}
		switch c.state {
		case lost:
			ev = lostEnd()
		case running:
		default:
			continue
		}
		s.end(pod, c, ev)
		ends = append(ends, ev)
	}
	return ends
}
