package lifecycle

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/probe"
)

// statusStore is the status cache: what probe workers read, and what the API is
// sent (P45, S60–S67).
//
// A stored status is never changed, only replaced.
type statusStore struct {
	stored   bool
	status   *corev1.PodStatus
	reported *corev1.PodStatus
	recalled *corev1.PodStatus // reported by the process before, whose memory this one has
	created  metav1.Time       // of the pod object
	views    []probe.View      // by container: what a probe pass reads of status
}

func (s *statusStore) init(t *Template) {
	s.status, s.reported = &t.spec.Manifest.Status, &t.spec.Manifest.Status
	s.views = make([]probe.View, t.Containers())
	s.created = t.spec.Manifest.CreationTimestamp
}

func (s *statusStore) clone() statusStore {
	c := *s
	c.views = slices.Clone(s.views)
	return c
}

// storeSynced stores a status that the present pass has made. On a pod object
// with a deletion it is stored even if it says nothing new (S61).
func (p *Pod) storeSynced(s *corev1.PodStatus) {
	deleting := p.pass.Deletion.Asked
	p.storeStatus(s, deleting, deleting)
}

// storeStatus puts a status into the cache and reports it, unless it says
// nothing new (S60, S61). The status is the store's from then on. deleting says
// that the pod object at hand carries a deletion.
func (p *Pod) storeStatus(s *corev1.PodStatus, deleting, force bool) {
	old := p.previousStatus()
	if p.illegalTransition(old, s) { // C17
		return
	}
	podphase.Stamp(s.Conditions, old.Conditions, p.now)
	p.stampStart(s, old)
	s.ObservedGeneration = max(s.ObservedGeneration, old.ObservedGeneration)
	podphase.TruncateStatus(s)
	same := p.store.stored && podphase.Equal(old, s)
	if same && !force {
		return
	}
	first := !p.store.stored
	p.store.stored, p.store.status = true, s
	p.refreshViews()
	if first && p.t.spec.Deadline > 0 {
		p.scheduleLook()
	}
	p.report()
	p.emit(Action{Type: StatusChanged, Container: NoContainer, Status: p.store.status, Reported: p.store.reported, Deleting: deleting, Last: p.worker.Finished})
}

// stampStart sets startTime at the first store, for good (S67).
func (p *Pod) stampStart(s, old *corev1.PodStatus) {
	if old.StartTime != nil && !old.StartTime.IsZero() {
		s.StartTime = old.StartTime
	} else if s.StartTime == nil {
		now := metaTime(p.now)
		s.StartTime = &now
	}
}

// report sends the cached status to the API, as far as it may be seen (S25).
func (p *Pod) report() {
	if p.worker.Lost {
		return
	}
	mayRun := !p.worker.Terminated
	r := podphase.Reported(p.store.status, p.store.reported, mayRun, p.generation(), p.now)
	p.store.reported = &r
}

// illegalTransition reports that the status would move a container from
// Terminated to another state though it may not restart; such an update is
// dropped as a whole (C17).
func (p *Pod) illegalTransition(old, s *corev1.PodStatus) bool {
	if p.t.spec.Manifest.Spec.RestartPolicy == corev1.RestartPolicyAlways || p.t.spec.RestartsAll {
		return false
	}
	for i := range p.t.spec.Containers {
		if p.t.spec.IsSidecar(i) {
			continue
		}
		was, is := p.t.spec.StatusIn(old, i), p.t.spec.StatusIn(s, i)
		if was == nil || is == nil || was.State.Terminated == nil || is.State.Terminated != nil {
			continue
		}
		code := was.State.Terminated.ExitCode
		onFailure := code != 0 && p.t.spec.Manifest.Spec.RestartPolicy == corev1.RestartPolicyOnFailure
		if !onFailure && !p.t.spec.Containers[i].Policy.Restarts(code) {
			return true
		}
	}
	return false
}

// refreshViews makes what probe passes read from the stored status, and lets
// the workers see it.
func (p *Pod) refreshViews() {
	s := p.store.status
	restarting := p.restartingAll(p.pleg.Cached(), s)
	for i := range p.t.spec.Containers {
		v := probe.View{Known: true, Finished: terminal(s.Phase), Sidecar: p.t.spec.IsSidecar(i)}
		if c := p.t.spec.StatusIn(s, i); c != nil {
			p.viewContainer(&v, i, c, restarting)
		}
		p.store.views[i] = v
	}
	p.viewsChanged()
}

func (p *Pod) viewContainer(v *probe.View, i int, c *corev1.ContainerStatus, restarting bool) {
	v.Instance = p.instanceOf(i, c.ContainerID)
	v.Started = c.Started != nil && *c.Started
	switch {
	case c.State.Running != nil:
		v.Running, v.StartedAt = true, c.State.Running.StartedAt.Time
		v.Adopted = p.adopted(p.truth.Instance(v.Instance))
	case c.State.Terminated != nil:
		v.Terminated = true
		v.MayRestart = restarting || p.t.spec.Containers[i].Policy.Restarts(c.State.Terminated.ExitCode)
	}
}

// instanceOf returns the instance with a runtime ID, also one that the runtime
// has forgotten; 0: none.
func (p *Pod) instanceOf(container int, runtimeID string) uint64 {
	if runtimeID == "" {
		return 0
	}
	for i := range p.truth.Instances() {
		if c := &p.truth.Instances()[i]; c.RuntimeID == runtimeID {
			return c.ID
		}
	}
	for _, c := range p.pleg.Cached().Instances {
		if c.RuntimeID == runtimeID {
			return c.ID
		}
	}
	return p.store.views[container].Instance
}

// readyToStart pushes PodReadyToStartContainers from within the sync that made
// the sandbox (S5).
func (p *Pod) readyToStart() {
	if p.t.cfg.Gates.DisableReadyToStartCondition {
		return
	}
	s := p.store.status.DeepCopy()
	s.Conditions = setCondition(s.Conditions, corev1.PodCondition{
		Type: corev1.PodReadyToStartContainers, Status: corev1.ConditionTrue, ObservedGeneration: p.generation(),
	})
	p.storeSynced(s)
}

// setReady sets ready of an instance in the cache at once, with the conditions
// that follow from it (P73).
func (p *Pod) setReady(container int, instance uint64, ready bool) {
	s, c := p.copyFor(container, instance)
	if c == nil || c.Ready == ready {
		return
	}
	c.Ready = ready
	fresh := p.t.spec.Rules.Conditions(nil, &podphase.Facts{Status: s, Previous: s.Conditions, API: s.Conditions, Generation: p.generation()})
	for _, cond := range fresh {
		if cond.Type == corev1.PodReady || cond.Type == corev1.ContainersReady {
			s.Conditions = setCondition(s.Conditions, cond)
		}
	}
	p.storeStatus(s, p.deletion.Asked, false)
}

// setStarted sets started of an instance in the cache at once (P74).
func (p *Pod) setStarted(container int, instance uint64, started bool) {
	s, c := p.copyFor(container, instance)
	if c == nil || c.Started != nil && *c.Started == started {
		return
	}
	c.Started = &started
	p.storeStatus(s, p.deletion.Asked, false)
}

// copyFor returns a copy of the cached status and its entry for an instance;
// nil if the status shows another one.
func (p *Pod) copyFor(container int, instance uint64) (*corev1.PodStatus, *corev1.ContainerStatus) {
	if !p.store.stored || p.worker.Removed || p.store.views[container].Instance != instance || instance == 0 {
		return nil, nil
	}
	s := p.store.status.DeepCopy()
	return s, p.t.spec.StatusIn(s, container)
}
