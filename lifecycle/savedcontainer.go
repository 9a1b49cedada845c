package lifecycle

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle/internal/execute"
	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// savedContainer is what a Pod keeps by container.
type savedContainer struct {
	Name        string       `json:"name"`
	Owed        bool         `json:"owed,omitempty"`
	Reason      string       `json:"waitingReason,omitempty"`
	Message     string       `json:"waitingMessage,omitempty"`
	Backoff     savedBackoff `json:"backoff,omitzero"`
	LastAttempt int32        `json:"lastAttempt"`
	Triggered   time.Time    `json:"triggered,omitzero"`
	View        savedView    `json:"view,omitzero"`
}

// savedImage is what a Pod keeps by image string.
type savedImage struct {
	Image   string       `json:"image"`
	Backoff savedBackoff `json:"backoff,omitzero"`
	Failure string       `json:"failure,omitempty"`
}

type savedBackoff struct {
	Delay    wire.Duration `json:"delay"`
	Advanced time.Time     `json:"advanced"`
}

func saveBackoff(b restart.Backoff) savedBackoff {
	return savedBackoff{wire.Duration(b.Delay), b.Advanced}
}

func (s savedBackoff) load() restart.Backoff {
	return restart.Backoff{Delay: time.Duration(s.Delay), Advanced: s.Advanced}
}

// savedView is a probe.View: what probe workers saw last of the status.
type savedView struct {
	Known      bool      `json:"known,omitempty"`
	Finished   bool      `json:"finished,omitempty"`
	Instance   uint64    `json:"instance,omitempty"`
	Running    bool      `json:"running,omitempty"`
	Terminated bool      `json:"terminated,omitempty"`
	StartedAt  time.Time `json:"startedAt,omitzero"`
	Started    bool      `json:"started,omitempty"`
	MayRestart bool      `json:"mayRestart,omitempty"`
	Deleting   bool      `json:"deleting,omitempty"`
	Sidecar    bool      `json:"sidecar,omitempty"`
	Adopted    bool      `json:"adopted,omitempty"`
}

func saveContainers(p *Pod) []savedContainer {
	out := make([]savedContainer, p.t.Containers())
	for i := range out {
		c, w := &p.starts.Containers[i], &p.starts.Waiting[i]
		out[i] = savedContainer{
			Name: p.t.spec.Name(i), Owed: c.RestartPending, Reason: w.Reason, Message: w.Message,
			Backoff: saveBackoff(c.Backoff), LastAttempt: c.LastAttempt, Triggered: p.probes.triggered[i],
			View: savedView(p.cache.Views()[i]),
		}
	}
	return out
}

// loadContainers wants the pod's containers, all and in order.
func (s *savedPod) loadContainers(t *Template, p *probers, starts *execute.Starts) error {
	if len(s.Containers) != t.Containers() {
		return fmt.Errorf("containers: there are %d, and the pod has %d", len(s.Containers), t.Containers())
	}
	for i := range s.Containers {
		c := &s.Containers[i]
		if c.Name != t.spec.Name(i) {
			return fmt.Errorf("containers[%d].name: %q: must be %q, as in the pod", i, c.Name, t.spec.Name(i))
		}
		starts.Read(i, execute.Container{RestartPending: c.Owed, Backoff: c.Backoff.load(), LastAttempt: c.LastAttempt},
			status.Waiting{Reason: c.Reason, Message: c.Message})
		p.triggered[i] = c.Triggered
	}
	return nil
}

// views are what probe workers saw last, by container.
func (s *savedPod) views() []probe.View {
	views := make([]probe.View, len(s.Containers))
	for i := range views {
		views[i] = probe.View(s.Containers[i].View)
	}
	return views
}

func saveImages(p *Pod) []savedImage {
	out := make([]savedImage, p.t.spec.Images)
	for i, image := range p.t.spec.ImageStrings() {
		out[i] = savedImage{image, saveBackoff(p.starts.Images[i].Backoff), p.starts.Images[i].Failure}
	}
	return out
}

// loadImages wants the pod's image strings, all and in order.
func (s *savedPod) loadImages(t *Template, starts *execute.Starts) error {
	if len(s.Images) != t.spec.Images {
		return fmt.Errorf("images: there are %d, and the pod has %d", len(s.Images), t.spec.Images)
	}
	for i, image := range t.spec.ImageStrings() {
		if s.Images[i].Image != image {
			return fmt.Errorf("images[%d].image: %q: must be %q, as in the pod", i, s.Images[i].Image, image)
		}
		starts.ReadImage(i, execute.Image{Backoff: s.Images[i].Backoff.load(), Failure: s.Images[i].Failure})
	}
	return nil
}
