package agent

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/podclock/podclock/internal/statefile"
	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle"
)

// stateVersion is raised whenever a field changes its meaning or goes.
const stateVersion = 1

// savedPod is the content of a file of the state directory: a pod after its last
// step that mattered, and before the runtime was asked for what that step wants.
// A second line of the file has the checksum of this one.
type savedPod struct {
	Version    int              `json:"version"`
	Number     int              `json:"number"`
	Leaving    bool             `json:"leaving,omitempty"`
	Sandboxes  []savedSandbox   `json:"sandboxes,omitempty"`
	Containers []savedContainer `json:"containers,omitempty"`
	Machine    json.RawMessage  `json:"machine"`
}

type savedSandbox struct {
	Op uint64 `json:"op"`
	ID string `json:"id"`
	IP string `json:"ip,omitempty"`
}

type savedContainer struct {
	Op uint64 `json:"op"`
	ID string `json:"id"`
}

// saved returns the pod's written form.
func (p *pod) saved() (*savedPod, error) {
	machine, err := p.machine.Snapshot()
	if err != nil {
		return nil, err
	}
	s := &savedPod{Version: stateVersion, Number: p.number, Leaving: p.leaving, Machine: machine}
	for _, r := range p.runs {
		s.Sandboxes = append(s.Sandboxes, savedSandbox{r.op, r.ID, r.IP})
	}
	for _, c := range p.instances {
		s.Containers = append(s.Containers, savedContainer{c.op, c.id})
	}
	return s, nil
}

func readSaved(path string) (*savedPod, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	line, err := statefile.Unseal(data)
	if err != nil {
		return nil, err
	}
	var s savedPod
	if err := wire.Unmarshal(line, &s); err != nil {
		return nil, err
	}
	if s.Version != stateVersion {
		return nil, fmt.Errorf("version: %d: this release reads %d alone", s.Version, stateVersion)
	}
	return &s, nil
}

// pod returns the pod of the written form, still without its machine.
func (s *savedPod) pod() *pod {
	p := &pod{number: s.Number, leaving: s.Leaving, unclaimed: !s.Leaving, slot: -1}
	for _, r := range s.Sandboxes {
		p.runs = append(p.runs, sandboxRun{op: r.Op, Sandbox: Sandbox{ID: r.ID, IP: r.IP}})
	}
	for _, c := range s.Containers {
		p.instances = append(p.instances, &instance{pod: p, op: c.Op, id: c.ID})
	}
	return p
}

// continueAs gives a restored pod its machine, which knows the rest.
func (p *pod) continueAs(machine *lifecycle.Pod) {
	p.machine, p.template, p.identity = machine, machine.Template(), machine.Identity()
	p.long = p.identity.String()
	object, status := machine.Object(), machine.Status()
	p.change.Store(&Change{
		Pod: p.identity, Status: &status, Reported: &object.Status, Finished: machine.Finished(),
		spec: p.template.Pod(), deletedAt: object.DeletionTimestamp, grace: object.DeletionGracePeriodSeconds,
	})
}
