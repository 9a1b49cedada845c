package podclock

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/podclock/podclock/internal/node"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/apiserver"
	"github.com/podclock/podclock/timeline"
)

// Facts about a pod object.

// Delete asks for the deletion of a pod (S70). Of a static pod only the mirror
// is deleted, which changes nothing (S84): Remove stops it.
type Delete struct {
	Pod string
	// Grace is the grace period in seconds. If nil, it is the pod's own.
	Grace *int64
}

func (f Delete) target() (string, []string) { return f.Pod, nil }

func (f Delete) inject(s *Simulation, pods node.Group) {
	pods.Tell(lifecycle.Event{Type: lifecycle.PodDeleted, Grace: f.Grace})
}

// Remove takes a pod away from where it came from without a deletion: a static
// pod's manifest, or an object whose deletion the kubelet missed (S72).
type Remove struct{ Pod string }

func (f Remove) target() (string, []string) { return f.Pod, nil }

func (Remove) inject(s *Simulation, pods node.Group) {
	pods.Tell(lifecycle.Event{Type: lifecycle.PodRemoved})
}

// FreeName ends what Pod.NameTaken says.
type FreeName struct{ Pod string }

func (f FreeName) target() (string, []string) { return f.Pod, nil }

func (FreeName) inject(s *Simulation, pods node.Group) {
	pods.Tell(lifecycle.Event{Type: lifecycle.NameFree})
}

// Evict lets the kubelet end a pod (S81). The zero value of the rest is an
// eviction under memory pressure.
type Evict struct {
	Pod string
	// Reason and Message are the status', Reason is the event's too.
	Reason, Message string
	// Grace is the grace period in seconds. If nil, it is 1, as for a hard
	// threshold.
	Grace *int64
	// LocalStorage says that the pod itself has exceeded a limit of local storage. It then
	// has no condition DisruptionTarget (S53), and always a grace of one second.
	LocalStorage bool
}

func (f Evict) target() (string, []string) { return f.Pod, nil }

func (f Evict) check(*Simulation, time.Duration) error {
	if f.LocalStorage && f.Grace != nil {
		return fmt.Errorf("%T.Grace: the kubelet gives 1 s for local storage; leave it out", f)
	}
	return nil
}

func (f Evict) inject(s *Simulation, pods node.Group) {
	pods.Tell(lifecycle.Event{Type: lifecycle.PodEvicted, Eviction: f.eviction()})
}

// eviction fills in what an eviction under memory pressure says (S81).
func (f Evict) eviction() *lifecycle.Eviction {
	e := &lifecycle.Eviction{Reason: f.Reason, Message: f.Message, EventReason: f.Reason, Grace: f.Grace,
		Disruption: !f.LocalStorage}
	if f.Reason == "Terminated" {
		e.EventReason = "" // a node's shutdown, of which no event is recorded
	}
	if e.Reason == "" {
		e.Reason, e.EventReason = "Evicted", "Evicted"
	}
	switch {
	case e.Message != "":
	case f.LocalStorage:
		e.Message = "Pod ephemeral local storage usage exceeds the total limit of containers. "
	default:
		e.Message = "The node was low on resource: memory. "
	}
	if e.Grace == nil && e.Reason == "Evicted" {
		e.Grace = new(int64)
		*e.Grace = 1
	}
	return e
}

// Refuse lets the kubelet's admission refuse a pod (S82): at the instant of its
// arrival, at which admission is decided. At another time it is an error.
type Refuse struct{ Pod, Reason, Message string }

func (f Refuse) target() (string, []string) { return f.Pod, nil }

// check wants a pod that arrives at that time: only then is admission decided
// (S82).
func (f Refuse) check(s *Simulation, at time.Duration) error {
	pods := s.podsNamed(f.Pod)
	if slices.ContainsFunc(pods, func(p *node.Pod) bool { return p.Arrival == at }) {
		return nil
	}
	p := pods[0]
	return fmt.Errorf("%T at %s: pod %s arrives at %s, which is when admission is decided; refuse it then",
		f, timeline.FormatOffset(at), p.Name, timeline.FormatOffset(p.Arrival))
}

// inject refuses the pods that arrive now. One that is there already ignores it,
// and says so.
func (f Refuse) inject(s *Simulation, pods node.Group) {
	pods.Refuse(lifecycle.Event{
		Type: lifecycle.PodRefused, Eviction: &lifecycle.Eviction{Reason: f.Reason, Message: f.Message},
	})
}

// Update changes a pod's spec, as kubectl edit does. What an API server lets change are the
// images, activeDeadlineSeconds and tolerations; anything else is its error.
type Update struct {
	Pod string
	// Change edits the pod as the API server has it, on a copy. It may be called more than
	// once, and must then do the same.
	Change func(pod *corev1.Pod)
}

func (f Update) target() (string, []string) { return f.Pod, nil }

func (f Update) check(s *Simulation, _ time.Duration) error {
	if f.Change == nil {
		return fmt.Errorf("%T.Change: there is none; give what edits the pod", f)
	}
	for _, p := range s.podsNamed(f.Pod) {
		if _, err := f.template(s, p); err != nil {
			return fmt.Errorf("%T: pod %s: %w", f, p.Name, err)
		}
	}
	return nil
}

// template returns the updated pod's template, or the API server's error. A static pod is
// not updated there.
func (f Update) template(s *Simulation, p *node.Pod) (*lifecycle.Template, error) {
	was := p.Template
	if m := p.Machine(); m != nil {
		was = m.Wanted()
	}
	changed := was.Pod().DeepCopy()
	f.Change(changed)
	if !equality.Semantic.DeepEqual(changed.Spec, was.Pod().Spec) {
		changed.Generation++
	}
	t, err := lifecycle.Compile(changed, s.options.Config)
	if err != nil || was.Static() {
		return t, err
	}
	return t, apiserver.ValidateUpdate(t.Pod(), was.Pod()).ToAggregate()
}

// inject updates the pods. One that another update has changed since this one was checked
// may refuse it, as an API server would.
func (f Update) inject(s *Simulation, pods node.Group) {
	for _, p := range pods {
		t, err := f.template(s, p)
		if err != nil {
			p.Note("", "", "the API server refuses the update: "+err.Error())
			continue
		}
		node.Group{p}.Tell(lifecycle.Event{Type: lifecycle.PodUpdated, Template: t})
	}
}

// SetCondition sets a condition in the API that is not the kubelet's, such as
// that of a readiness gate (S44).
type SetCondition struct {
	Pod       string
	Condition corev1.PodCondition
}

func (f SetCondition) target() (string, []string) { return f.Pod, nil }

func (f SetCondition) check(*Simulation, time.Duration) error {
	if f.Condition.Type == "" || f.Condition.Status == "" {
		return fmt.Errorf("%T.Condition: type and status must be set", f)
	}
	return nil
}

func (f SetCondition) inject(s *Simulation, pods node.Group) {
	pods.Tell(lifecycle.Event{Type: lifecycle.ConditionSet, Condition: f.Condition.DeepCopy()})
}
