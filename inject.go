package podclock

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/timeline"
)

// Inject does something to the pods, now. What follows at this very instant is
// played by the next Step or Run. The error says what is wrong with the fact;
// then nothing was done.
func (s *Simulation) Inject(f Fact) error {
	if s.failed != nil {
		return s.failed
	}
	if err := s.checkFact(f, s.now); err != nil {
		return fmt.Errorf("podclock: Inject: %w", err)
	}
	s.inject(f)
	return s.failed
}

// podNamed finds a pod by "namespace/name", or by its name if that is enough.
func (s *Simulation) podNamed(name string) (*simPod, error) {
	if i, ok := s.byName[name]; ok {
		return s.pods[i], nil
	}
	var found []*simPod
	for _, p := range s.pods {
		if p.called(name) && name != "" {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("podclock: pod %q: there are %d of that name; the pods are %s", name, len(found), s.someNames())
	}
	return found[0], nil
}

func (s *Simulation) someNames() string {
	const some = 8
	names := s.Pods()
	if len(names) > some {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:some], ", "), len(names)-some)
	}
	return strings.Join(names, ", ")
}

// called reports whether a fact's Pod means this pod.
func (p *simPod) called(name string) bool {
	return name == "" || p.name == name || p.identity.Name == name
}

// podsNamed returns the pods that a fact's Pod means.
func (s *Simulation) podsNamed(name string) []int32 {
	if i, ok := s.byName[name]; ok {
		return []int32{i}
	}
	var pods []int32
	for i, p := range s.pods {
		if p.called(name) {
			pods = append(pods, int32(i))
		}
	}
	return pods
}

// checkFact says what is wrong with a fact at a time.
func (s *Simulation) checkFact(f Fact, at time.Duration) error {
	pod, containers := factTarget(f)
	if f == nil {
		return fmt.Errorf("there is no fact; give one")
	}
	pods := s.podsNamed(pod)
	if len(pods) == 0 {
		return fmt.Errorf("%T: there is no pod %q; the pods are %s", f, pod, s.someNames())
	}
	for _, c := range containers {
		has := func(i int32) bool { _, ok := s.pods[i].template.Index(c); return ok }
		if c != "" && !slices.ContainsFunc(pods, has) {
			return fmt.Errorf("%T: no such pod has a container %q; pod %s has %s", f, c, s.pods[pods[0]].name,
				strings.Join(containerNames(s.pods[pods[0]].template), ", "))
		}
	}
	if r, ok := f.(Refuse); ok {
		return s.checkRefusal(r, at)
	}
	return s.checkDetails(f)
}

// factTarget is what a fact is about.
func factTarget(f Fact) (pod string, containers []string) {
	switch f := f.(type) {
	case Delete:
		return f.Pod, nil
	case Remove:
		return f.Pod, nil
	case FreeName:
		return f.Pod, nil
	case Evict:
		return f.Pod, nil
	case Refuse:
		return f.Pod, nil
	case Update:
		return f.Pod, nil
	case SetCondition:
		return f.Pod, nil
	case LoseNode:
		return f.Pod, nil
	case ReturnNode:
		return f.Pod, nil
	case RestartKubelet:
		return f.Pod, nil
	case KillSandbox:
		return f.Pod, nil
	case Crash:
		return f.Pod, []string{f.Container}
	case LoseContainer:
		return f.Pod, []string{f.Container}
	case HangApp:
		return f.Pod, []string{f.Container}
	case Outage:
		return f.Pod, append([]string{f.Container}, f.Containers...)
	case LoseNetwork, ReturnNetwork, SpoilImage, nil:
		return "", nil
	}
	panic(fmt.Sprintf("podclock: unknown fact %T", f))
}

// checkRefusal wants a pod that arrives at that time: only then is admission
// decided (S82).
func (s *Simulation) checkRefusal(f Refuse, at time.Duration) error {
	pods := s.podsNamed(f.Pod)
	if slices.ContainsFunc(pods, func(i int32) bool { return s.pods[i].arrival == at }) {
		return nil
	}
	p := s.pods[pods[0]]
	return fmt.Errorf("%T at %s: pod %s arrives at %s, which is when admission is decided; refuse it then",
		f, s.offset(at), p.name, s.offset(p.arrival))
}

func (s *Simulation) checkDetails(f Fact) error {
	switch f := f.(type) {
	case Outage:
		if f.For < 0 || f.Reply.latency < 0 {
			return fmt.Errorf("%T: times are not negative", f)
		}
	case SpoilImage:
		if f.Image == "" {
			return fmt.Errorf("%T.Image: there is none; name it as the manifests do", f)
		}
	case SetCondition:
		if f.Condition.Type == "" || f.Condition.Status == "" {
			return fmt.Errorf("%T.Condition: type and status must be set", f)
		}
	case Update:
		if f.Manifest == nil {
			return fmt.Errorf("%T.Manifest: there is none; give the changed pod", f)
		}
		if _, err := lifecycle.Compile(named(f.Manifest), s.options.Config); err != nil {
			return fmt.Errorf("%T.Manifest: %w", f, err)
		}
	}
	return nil
}

// inject makes a fact true.
func (s *Simulation) inject(f Fact) {
	switch f := f.(type) {
	case SpoilImage:
		s.spoil(f)
		return
	case Outage:
		s.beginOutage(f)
		return
	case LoseNetwork:
		s.noNetwork = f.why()
	case ReturnNetwork:
		s.noNetwork = ""
	}
	pod, _ := factTarget(f)
	for _, i := range s.podsNamed(pod) {
		p := s.pods[i]
		refusal, ok := f.(Refuse)
		switch {
		case p.machine != nil:
			s.injectPod(i, f)
		case ok && p.arrival == s.now:
			p.refused = &refusal
		}
	}
}

// injectPod makes a fact true for one pod.
func (s *Simulation) injectPod(pod int32, f Fact) {
	s.reportPodLeaps(pod, s.Now())
	var ev lifecycle.Event
	switch f := f.(type) {
	case Delete:
		ev.Type, ev.Grace = lifecycle.PodDeleted, f.Grace
	case Remove:
		ev.Type = lifecycle.PodRemoved
	case FreeName:
		ev.Type = lifecycle.NameFree
	case Evict:
		ev.Type, ev.Eviction = lifecycle.PodEvicted, f.eviction()
	case Refuse:
		ev.Type, ev.Eviction = lifecycle.PodRefused, f.eviction()
	case Update:
		t, err := lifecycle.Compile(named(f.Manifest), s.options.Config)
		if err != nil {
			panic("podclock: a manifest that was checked: " + err.Error())
		}
		ev.Type, ev.Template = lifecycle.PodUpdated, t
	case SetCondition:
		ev.Type, ev.Condition = lifecycle.ConditionSet, f.Condition.DeepCopy()
	case LoseNode:
		ev.Type = lifecycle.NodeLost
	case ReturnNode:
		ev.Type = lifecycle.NodeReturned
	case LoseNetwork:
		ev.Type, ev.Err = lifecycle.NetworkDown, f.why()
	case ReturnNetwork:
		ev.Type = lifecycle.NetworkUp
	case RestartKubelet:
		ev.Type = lifecycle.KubeletRestarted
	case KillSandbox:
		if id := s.pods[pod].present(); id != 0 {
			s.sandboxDies(pod, id)
		}
		return
	case Crash:
		s.eachRunning(pod, f.Container, func(c *instance) {
			s.exit(pod, c.id, &lifecycle.Event{ExitCode: f.Code, ExitReason: f.Reason, Message: f.Message})
		})
		return
	case LoseContainer:
		s.eachRunning(pod, f.Container, func(c *instance) { s.lose(pod, c) })
		return
	case HangApp:
		s.eachRunning(pod, f.Container, func(c *instance) { s.hang(pod, c) })
		return
	}
	s.step(pod, &ev)
}

// why is the kubelet's text of a runtime whose network is not ready.
func (f LoseNetwork) why() string {
	message := f.Message
	if message == "" {
		message = "Network plugin returns error: cni plugin not initialized"
	}
	return "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:" + message
}

// eviction fills in what an eviction under memory pressure says (S81).
func (f Evict) eviction() *lifecycle.Eviction {
	e := &lifecycle.Eviction{Reason: f.Reason, Message: f.Message, EventReason: f.Reason, Grace: f.Grace, Disruption: true}
	if e.Reason == "" {
		e.Reason, e.EventReason = "Evicted", "Evicted"
	}
	if e.Message == "" {
		e.Message = "The node was low on resource: memory. "
	}
	if e.Grace == nil && e.Reason == "Evicted" {
		e.Grace = new(int64)
		*e.Grace = 1
	}
	return e
}

func (f Refuse) eviction() *lifecycle.Eviction {
	return &lifecycle.Eviction{Reason: f.Reason, Message: f.Message}
}

// eachRunning calls do for the running instances of a container, or of all.
func (s *Simulation) eachRunning(pod int32, container string, do func(*instance)) {
	p := s.pods[pod]
	var ids []uint64
	for i := range p.instances {
		c := &p.instances[i]
		if c.state == running && (container == "" || p.template.Container(c.container).Name == container) {
			ids = append(ids, c.id)
		}
	}
	for _, id := range ids {
		if c := p.instance(id); c != nil {
			do(c)
		}
	}
}

func (s *Simulation) hang(pod int32, c *instance) {
	p := s.pods[pod]
	c.hung = true
	p.track.Add(timeline.Record{
		At: s.Now(), Kind: timeline.Fact, Container: p.template.Container(c.container).Name, Run: int(c.attempt),
		Reason: timeline.Trouble, Message: "the app hangs from here on",
	})
}

func (s *Simulation) beginOutage(f Outage) {
	f.Containers, f.Probes = slices.Clone(f.Containers), slices.Clone(f.Probes)
	if f.Name == "" {
		f.Name = "something"
	}
	o := outage{id: s.nextOutage, fact: f, reply: f.Reply}
	s.nextOutage++
	if o.reply.kind == 0 {
		o.reply = Fail(f.Name + " is out")
	}
	s.outages = append(s.outages, o)
	if f.For > 0 {
		s.queue.addOutside(s.now+f.For, task{kind: taskOutageEnd, n: o.id})
	}
	s.noteOutage(&o, timeline.Trouble, f.Name+" is out from here on")
}

func (s *Simulation) endOutage(id int) {
	i := slices.IndexFunc(s.outages, func(o outage) bool { return o.id == id })
	o := s.outages[i]
	s.outages = slices.Delete(s.outages, i, i+1)
	s.noteOutage(&o, timeline.Recovery, o.fact.Name+" is back")
}

// noteOutage tells every container concerned that has probes.
func (s *Simulation) noteOutage(o *outage, reason, text string) {
	for _, p := range s.pods {
		for i := range p.template.Containers() {
			spec := p.template.Container(i)
			if p.machine != nil && hasProbe(spec, o, p) {
				p.track.Add(timeline.Record{At: s.Now(), Kind: timeline.Fact, Container: spec.Name, Reason: reason, Message: text})
			}
		}
	}
}

func hasProbe(c *corev1.Container, o *outage, p *simPod) bool {
	for _, kind := range probe.Kinds {
		if probe.Of(c, kind) != nil && o.concerns(p, c.Name, kind) {
			return true
		}
	}
	return false
}
