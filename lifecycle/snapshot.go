package lifecycle

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle/internal/gc"
	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/internal/pleg"
	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/lifecycle/inventory"
)

// snapshotVersion is raised whenever a field changes its meaning or goes: an
// older or newer form is refused, never guessed at.
const snapshotVersion = 1

// Snapshot returns all of the machine's state as JSON, for [Restore]. The same
// state gives the same bytes. Times are in UTC with their nanoseconds, time
// spans as in "1m30s" (those of a probe worker from its first pass), and a text
// that JSON cannot hold begins with "base64:". It is to be taken between two
// Steps. The error is a time beyond the year 9999.
func (p *Pod) Snapshot() ([]byte, error) {
	s, err := save(p)
	if err != nil {
		return nil, fmt.Errorf("lifecycle: pod %s: snapshot: %w", p.id, err)
	}
	data, err := wire.MarshalAt(p.now, s)
	if err != nil {
		return nil, fmt.Errorf("lifecycle: pod %s: snapshot: %w", p.id, err)
	}
	return data, nil
}

// Restore returns the machine that a [Pod.Snapshot] was taken of. With the same
// configuration and timing it goes on exactly as that one would have. Neither is
// part of the snapshot: with others it goes on as a kubelet whose flags were
// changed, and probe workers keep their quirks until [KubeletRestarted]. The pod
// is compiled anew, so that the configuration must allow it. A nil timing is
// [IdealTiming]. The error says what of the snapshot cannot be.
//
// After the death of the process that took it, see [Pod.OpenRequests].
func Restore(data []byte, config Config, timing *Timing) (*Pod, error) {
	p, err := restore(data, config, timing)
	if err != nil {
		return nil, fmt.Errorf("lifecycle: snapshot: %w; restore an intact one, or begin with New and KubeletRestarted", err)
	}
	return p, nil
}

func restore(data []byte, config Config, timing *Timing) (*Pod, error) {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err == nil && head.Version != snapshotVersion {
		return nil, fmt.Errorf("version: %d: this release reads %d alone", head.Version, snapshotVersion)
	}
	var s savedPod
	if err := wire.Unmarshal(data, &s); err != nil {
		return nil, err
	}
	p, err := s.load(config, timing)
	if err != nil {
		return nil, err
	}
	if err := check(p); err != nil {
		return nil, err
	}
	return p, nil
}

// savedPod is a Pod as JSON.
type savedPod struct {
	Version   int       `json:"version"`
	Namespace string    `json:"namespace,omitempty"`
	Name      string    `json:"name,omitempty"`
	UID       types.UID `json:"uid,omitempty"`

	Now          time.Time   `json:"now"`
	KubeletStart time.Time   `json:"kubeletStart,omitzero"`
	LastOp       uint64      `json:"lastOp,omitempty"`
	Pod          *corev1.Pod `json:"pod"`
	NextPod      *corev1.Pod `json:"nextPod,omitempty"`

	Containers []savedContainer     `json:"containers"`
	Images     []savedImage         `json:"images"`
	Sandboxes  []inventory.Sandbox  `json:"sandboxes,omitempty"` // of the world, oldest first
	Instances  []inventory.Instance `json:"instances,omitempty"` // of the world, oldest first
	Requests   []savedRequest       `json:"openRequests,omitempty"`
	Generator  pleg.Generator       `json:"pleg,omitzero"`
	Worker     podWorker            `json:"worker,omitzero"`
	Stopped    bool                 `json:"podStopped,omitempty"`
	Pass       *pass                `json:"pass,omitempty"` // nil: none is under way
	Kills      kill.Group           `json:"kills,omitzero"`
	Deletor    gc.Collector         `json:"deletor,omitzero"`
	Hooks      []kill.Hook          `json:"strayHooks,omitempty"`
	Probes     json.RawMessage      `json:"probes"`
	Stale      bool                 `json:"probesAreStale,omitempty"`
	ProbesMade time.Time            `json:"probesMade,omitzero"`
	Status     status.Cache         `json:"status"`
	Foreign    []savedCondition     `json:"foreignConditions,omitempty"`
	Deletion   deletion             `json:"deletion,omitzero"`
	Absence    absence              `json:"nodeLost,omitzero"`
	Evicted    *Eviction            `json:"eviction,omitempty"`
	NoNetwork  string               `json:"networkNotReady,omitempty"`
}

type savedCondition = corev1.PodCondition

// save makes the written form of a Pod. It leaves out what Step makes anew and
// the answer that a pass waits for, which every Step consumes.
func save(p *Pod) (*savedPod, error) {
	probes, err := json.Marshal(&p.probes.Set)
	if err != nil {
		return nil, err
	}
	s := &savedPod{
		Version: snapshotVersion, Namespace: p.id.Namespace, Name: p.id.Name, UID: p.id.UID,
		Now: p.now, KubeletStart: p.start, LastOp: p.out.ops, Pod: p.t.spec.Manifest.DeepCopy(),
		Containers: saveContainers(p), Images: saveImages(p),
		Sandboxes: slices.Clone(p.truth.Sandboxes()), Instances: slices.Clone(p.truth.Instances()),
		Requests:  convertAll(p.out.requests, saveRequest),
		Generator: p.pleg.Written(), Worker: p.worker, Stopped: p.starts.Stopped, Pass: p.pass.written(),
		Kills: p.kills.Clone(), Deletor: p.garbage.Clone(), Hooks: slices.Clone(p.kills.Abandoned),
		Probes: probes, Stale: p.probes.stale, ProbesMade: p.probes.made,
		Status:   p.cache.Written(),
		Deletion: p.object.deletion, Absence: p.object.missed, Evicted: p.evicted.clone(), NoNetwork: p.noNetwork,
	}
	s.Foreign = append(s.Foreign, p.object.foreign...)
	if p.nextTemplate != nil {
		s.NextPod = p.nextTemplate.spec.Manifest.DeepCopy()
	}
	return s, nil
}

// load makes the Pod. What it does not check, check does.
func (s *savedPod) load(config Config, timing *Timing) (*Pod, error) {
	if s.Pod == nil || s.Status.Status == nil || s.Status.Reported == nil {
		return nil, errors.New("pod, status.cached, status.reported: all are required")
	}
	t, err := Compile(s.Pod, config)
	if err != nil {
		return nil, fmt.Errorf("pod: %w", err)
	}
	p := New(t, Identity{Namespace: s.Namespace, Name: s.Name, UID: s.UID}, timing, s.Now)
	if err := errors.Join(s.loadContainers(t, &p.probes, &p.starts), s.loadImages(t, &p.starts)); err != nil {
		return nil, err
	}
	if s.NextPod != nil {
		if p.nextTemplate, err = Compile(s.NextPod, config); err != nil {
			return nil, fmt.Errorf("nextPod: %w", err)
		}
	}
	if err := json.Unmarshal(s.Probes, &p.probes.Set); err != nil {
		return nil, err
	}
	s.loadState(p)
	p.becomeIdle()
	p.busy = true // it may not have been looked at since New
	return p, nil
}

func (s *savedPod) loadState(p *Pod) {
	p.start, p.out.ops = s.KubeletStart, s.LastOp
	p.out.requests = convertAll(s.Requests, savedRequest.load)
	p.truth = inventory.NewTruth(s.Sandboxes, s.Instances)
	p.pleg, p.worker = s.Generator, s.Worker
	p.starts.ReadStopped(s.Stopped)
	if s.Pass != nil {
		p.pass = *s.Pass
	}
	p.kills, p.garbage = s.Kills, s.Deletor
	p.kills.Read(s.Hooks)
	p.probes.stale, p.probes.made = s.Stale, s.ProbesMade
	p.cache.Read(s.Status, s.views())
	p.object = object{deletion: s.Deletion, missed: s.Absence, foreign: s.Foreign}
	p.evicted, p.noNetwork = s.Evicted, s.NoNetwork
}

// convertAll converts a list, to its written form or back.
func convertAll[A, B any](list []A, convert func(A) B) []B {
	if len(list) == 0 {
		return nil
	}
	out := make([]B, len(list))
	for i := range list {
		out[i] = convert(list[i])
	}
	return out
}
