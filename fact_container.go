package podclock

import (
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// Facts about what the runtime has of a pod: its sandbox and its containers.

// KillSandbox ends a pod's sandbox with all its containers.
type KillSandbox struct{ Pod string }

func (f KillSandbox) target() (string, []string) { return f.Pod, nil }

func (KillSandbox) inject(s *Simulation, pods []int32) {
	s.eachMachine(pods, func(pod int32) {
		if id := s.pods[pod].present(); id != 0 {
			s.sandboxDies(pod, id)
		}
	})
}

// Crash ends a container now. The zero value of the rest is an exit with 0.
type Crash struct {
	Pod, Container string
	Code           int32
	Reason         string
	Message        string
}

func (f Crash) target() (string, []string) { return f.Pod, []string{f.Container} }

func (f Crash) inject(s *Simulation, pods []int32) {
	s.eachRunning(pods, f.Container, func(pod int32, c *instance) {
		s.exit(pod, c.id, &lifecycle.Event{ExitCode: f.Code, ExitReason: f.Reason, Message: f.Message})
	})
}

// LoseContainer lets the runtime lose track of a container whose process is gone:
// its state is unknown, and nobody knows how it ended, until it is stopped or its
// sandbox is gone. It is then listed with exit code 255 (C8, C22).
type LoseContainer struct{ Pod, Container string }

func (f LoseContainer) target() (string, []string) { return f.Pod, []string{f.Container} }

func (f LoseContainer) inject(s *Simulation, pods []int32) { s.eachRunning(pods, f.Container, s.lose) }

// HangApp lets an app answer nothing any more and ignore its stop signal,
// until the container's end.
type HangApp struct{ Pod, Container string }

func (f HangApp) target() (string, []string) { return f.Pod, []string{f.Container} }

func (f HangApp) inject(s *Simulation, pods []int32) { s.eachRunning(pods, f.Container, s.hang) }

func (s *Simulation) hang(pod int32, c *instance) {
	p := s.pods[pod]
	c.hung = true
	p.track.Add(timeline.Record{
		At: s.Now(), Kind: timeline.Fact, Container: p.template.Container(c.container).Name, Run: int(c.attempt),
		Reason: timeline.Trouble, Message: "the app hangs from here on",
	})
}

// eachRunning calls do for the running instances of a container, or of all.
func (s *Simulation) eachRunning(pods []int32, container string, do func(pod int32, c *instance)) {
	s.eachMachine(pods, func(pod int32) {
		p := s.pods[pod]
		for _, id := range p.running(container) {
			if c := p.instance(id); c != nil {
				do(pod, c)
			}
		}
	})
}

// running returns the running instances of a container, or of all.
func (p *simPod) running(container string) (ids []uint64) {
	for i := range p.instances {
		c := &p.instances[i]
		if c.state == running && (container == "" || p.template.Container(c.container).Name == container) {
			ids = append(ids, c.id)
		}
	}
	return ids
}
