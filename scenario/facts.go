package scenario

import (
	"cmp"
	"math"
	"slices"
	"time"

	yamlv3 "go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/lifecycle/apiserver"
	"github.com/podclock/podclock/probe"
)

// facts reads the facts that happen to the pods, by time.
//
//	at:
//	  2m: {crash: web}
//	  5m: delete
//
// It also returns where the facts of each time are.
func (v value) facts(pods []podclock.Pod) ([]podclock.TimedFact, []place) {
	var facts []podclock.TimedFact
	var places []place
	v.entries(func(key string, line int, entry value) {
		at, problem := parseDuration(key)
		if problem != "" {
			v.p.addf(line, "%s: %s", v.path, problem)
			return
		}
		places = append(places, place{at: at, line: line, path: v.path + "." + key})
		entry.items(func(e value) {
			if fact := e.fact(pods); fact != nil {
				facts = append(facts, podclock.TimedFact{At: at, Fact: fact})
			}
		})
	})
	slices.SortStableFunc(facts, func(a, b podclock.TimedFact) int { return cmp.Compare(a.At, b.At) })
	return facts, places
}

// place is where a file says what happens at a time.
type place struct {
	at   time.Duration
	line int
	path string
}

// within reports the place unless it is within a run of this length.
func (p *problems) within(length time.Duration, is place) {
	if is.at > length {
		p.addf(is.line, "%s: comes after the end, which is for: %v; make that longer", is.path, length)
	}
}

// factReader reads the argument of one kind of fact. The argument may be missing.
type factReader func(v value, pods []podclock.Pod) podclock.Fact

var factReaders map[string]factReader

func init() {
	factReaders = map[string]factReader{
		"delete":         deleteFact,
		"evict":          evictFact,
		"refuse":         refuseFact,
		"shutdown":       shutdownFact,
		"update":         updateFact,
		"condition":      conditionFact,
		"loseNode":       func(v value, p []podclock.Pod) podclock.Fact { return podclock.LoseNode{Pod: v.podOnly(p)} },
		"returnNode":     func(v value, p []podclock.Pod) podclock.Fact { return podclock.ReturnNode{Pod: v.podOnly(p)} },
		"remove":         func(v value, p []podclock.Pod) podclock.Fact { return podclock.Remove{Pod: v.podOnly(p)} },
		"freeName":       func(v value, p []podclock.Pod) podclock.Fact { return podclock.FreeName{Pod: v.podOnly(p)} },
		"loseNetwork":    loseNetworkFact,
		"returnNetwork":  returnNetworkFact,
		"restartKubelet": func(v value, p []podclock.Pod) podclock.Fact { return podclock.RestartKubelet{Pod: v.podOnly(p)} },
		"killSandbox":    func(v value, p []podclock.Pod) podclock.Fact { return podclock.KillSandbox{Pod: v.podOnly(p)} },
		"crash":          crashFact,
		"loseContainer":  loseContainerFact,
		"hang":           hangFact,
		"recover":        recoverFact,
		"outage":         outageFact,
		"spoilImage":     spoilFact,
	}
}

// fact reads one fact: its word, or its word with an argument.
func (v value) fact(pods []podclock.Pod) podclock.Fact {
	names := make([]string, 0, len(factReaders))
	for name := range factReaders {
		names = append(names, name)
	}
	if v.isScalar() {
		if word := v.oneOf(names...); word != "" {
			return factReaders[word](value{p: v.p, node: noArgument(v), path: v.path}, pods)
		}
		return nil
	}
	var fact podclock.Fact
	count := 0
	v.entries(func(key string, line int, entry value) {
		read, ok := factReaders[key]
		if count++; !ok {
			v.p.addf(line, "%s: %q is nothing that can happen; %s", v.path, key, hint(key, names))
			return
		}
		fact = read(entry, pods)
	})
	if count != 1 && v.isMapping() {
		v.wrong("%d things in one entry; write a list, one thing an item", count)
	}
	return fact
}

// podField and containerField read a name in a fact. It must be the name of a pod or
// container of the scenario.
func podField(pods []podclock.Pod, into *string) fieldReader {
	return func(v value) {
		names := podNames(pods)
		if *into = v.text(); *into != "" && !contains(names, *into) {
			v.wrong("no pod is called %q; %s", *into, hint(*into, names))
		}
	}
}

func containerField(pods []podclock.Pod, into *string) fieldReader {
	return func(v value) {
		*into = v.text()
		v.mustBeContainer(pods, *into)
	}
}

func (v value) mustBeContainer(pods []podclock.Pod, name string) {
	var known []string
	for _, p := range pods {
		known = append(known, containerNames(p.Manifest)...)
	}
	if name != "" && !contains(known, name) {
		v.wrong("no container is called %q; %s", name, hint(name, known))
	}
}

func (v value) podOnly(pods []podclock.Pod) (pod string) {
	v.fields(map[string]fieldReader{"pod": podField(pods, &pod)})
	return pod
}

func (v value) grace(into **int64) {
	if n, err := parseDuration(v.text()); err == "" && n > 0 {
		seconds := int64(n / time.Second)
		*into = &seconds
		return
	}
	n := v.integer(0, int64(maxDuration/time.Second))
	*into = &n
}

func deleteFact(v value, pods []podclock.Pod) podclock.Fact {
	f := podclock.Delete{}
	v.fields(map[string]fieldReader{
		"pod":   podField(pods, &f.Pod),
		"grace": func(e value) { e.grace(&f.Grace) },
	})
	return f
}

func evictFact(v value, pods []podclock.Pod) podclock.Fact {
	f := podclock.Evict{}
	v.fields(map[string]fieldReader{
		"pod":          podField(pods, &f.Pod),
		"grace":        func(e value) { e.grace(&f.Grace) },
		"reason":       func(e value) { f.Reason = e.text() },
		"message":      func(e value) { f.Message = e.text() },
		"localStorage": func(e value) { f.LocalStorage = e.boolean() },
	})
	if f.LocalStorage && f.Grace != nil {
		v.wrong("grace: the kubelet gives 1 s for local storage; leave it out")
	}
	return f
}

func shutdownFact(v value, pods []podclock.Pod) podclock.Fact {
	f := podclock.Shutdown{}
	v.fields(map[string]fieldReader{
		"pod":   podField(pods, &f.Pod),
		"grace": func(e value) { e.grace(&f.Grace) },
	})
	return f
}

func refuseFact(v value, pods []podclock.Pod) podclock.Fact {
	f := podclock.Refuse{}
	v.fields(map[string]fieldReader{
		"pod":     podField(pods, &f.Pod),
		"reason":  func(e value) { f.Reason = e.text() },
		"message": func(e value) { f.Message = e.text() },
	})
	return f
}

// updateFact reads what an API server lets an update change: images by container, and the
// deadline.
func updateFact(v value, pods []podclock.Pod) podclock.Fact {
	f := podclock.Update{}
	var images value
	var deadline *int64
	v.fields(map[string]fieldReader{
		"pod":                   podField(pods, &f.Pod),
		"images":                func(e value) { images = e },
		"activeDeadlineSeconds": func(e value) { n := e.integer(1, math.MaxInt32); deadline = &n },
	})
	if len(pods) == 0 {
		return nil
	}
	if f.Pod == "" && len(pods) > 1 {
		v.wrong("say which pod; add pod: %s", podNames(pods)[0])
		return nil
	}
	if !images.given() && deadline == nil {
		v.wrong("nothing changes; add images: {CONTAINER: IMAGE}, or activeDeadlineSeconds")
		return nil
	}
	pod := updatedPod(pods, f.Pod).DeepCopy()
	byName := images.imagesOf(pod)
	f.Change = func(pod *corev1.Pod) {
		for name, image := range byName {
			containerNamed(pod, name).Image = image
		}
		if deadline != nil {
			pod.Spec.ActiveDeadlineSeconds = deadline
		}
	}
	v.refused(f, pod)
	return f
}

// refused reports what an API server refuses of an update of a pod that is as in its
// manifest.
func (v value) refused(f podclock.Update, pod *corev1.Pod) {
	apiserver.SetDefaults(pod)
	was := pod.DeepCopy()
	f.Change(pod)
	for _, err := range apiserver.ValidateUpdate(pod, was) {
		v.wrong("%s", err)
	}
}

// updatedPod returns the manifest of the pod of this name, or of the only one.
func updatedPod(pods []podclock.Pod, name string) *corev1.Pod {
	for _, p := range pods {
		if contains(replicaNames(p), name) {
			return p.Manifest
		}
	}
	return pods[0].Manifest
}

// imagesOf reads images by container of a pod. If the value was not given, there are none.
func (v value) imagesOf(pod *corev1.Pod) map[string]string {
	images := map[string]string{}
	if !v.given() {
		return images
	}
	v.entries(func(name string, line int, entry value) {
		if containerNamed(pod, name) != nil {
			images[name] = entry.text()
			return
		}
		v.p.addf(line, "%s: the pod has no container %q; %s", v.path, name, hint(name, containerNames(pod)))
	})
	return images
}

func conditionFact(v value, pods []podclock.Pod) podclock.Fact {
	f := podclock.SetCondition{}
	v.fields(map[string]fieldReader{
		"pod":     podField(pods, &f.Pod),
		"type":    func(e value) { f.Condition.Type = corev1.PodConditionType(e.text()) },
		"status":  func(e value) { f.Condition.Status = e.conditionStatus() },
		"reason":  func(e value) { f.Condition.Reason = e.text() },
		"message": func(e value) { f.Condition.Message = e.text() },
	})
	if f.Condition.Type == "" || f.Condition.Status == "" {
		v.wrong("a condition needs type and status; write {type: example.com/ready, status: True}")
	}
	return f
}

// conditionStatus reads True, False or Unknown, which YAML may take for a boolean, or one
// of the other words.
func (v value) conditionStatus(others ...string) corev1.ConditionStatus {
	switch v.text() {
	case "True", "true":
		return corev1.ConditionTrue
	case "False", "false":
		return corev1.ConditionFalse
	}
	return corev1.ConditionStatus(v.oneOf(append(others, "Unknown", "True", "False")...))
}

func loseNetworkFact(v value, _ []podclock.Pod) podclock.Fact {
	f := podclock.LoseNetwork{}
	v.fields(map[string]fieldReader{"message": func(e value) { f.Message = e.text() }})
	return f
}

func returnNetworkFact(v value, _ []podclock.Pod) podclock.Fact {
	v.fields(nil)
	return podclock.ReturnNetwork{}
}

func crashFact(v value, pods []podclock.Pod) podclock.Fact {
	f := podclock.Crash{Code: 1}
	if v.isScalar() {
		containerField(pods, &f.Container)(v)
		return f
	}
	v.fields(map[string]fieldReader{
		"pod":       podField(pods, &f.Pod),
		"container": containerField(pods, &f.Container),
		"code":      func(e value) { f.Code = int32(e.integer(0, 255)) },
		"reason":    func(e value) { f.Reason = e.text() },
		"message":   func(e value) { f.Message = e.text() },
	})
	return f
}

func hangFact(v value, pods []podclock.Pod) podclock.Fact {
	pod, container := v.whichContainer(pods)
	return podclock.HangApp{Pod: pod, Container: container}
}

func recoverFact(v value, pods []podclock.Pod) podclock.Fact {
	pod, container := v.whichContainer(pods)
	return podclock.RecoverApp{Pod: pod, Container: container}
}

func loseContainerFact(v value, pods []podclock.Pod) podclock.Fact {
	pod, container := v.whichContainer(pods)
	return podclock.LoseContainer{Pod: pod, Container: container}
}

// whichContainer reads a container's name, or pod and container.
func (v value) whichContainer(pods []podclock.Pod) (pod, container string) {
	if v.isScalar() {
		containerField(pods, &container)(v)
		return pod, container
	}
	v.fields(map[string]fieldReader{
		"pod":       podField(pods, &pod),
		"container": containerField(pods, &container),
	})
	return pod, container
}

func outageFact(v value, pods []podclock.Pod) podclock.Fact {
	f := podclock.Outage{}
	v.fields(map[string]fieldReader{
		"name":       func(e value) { f.Name = e.text() },
		"pod":        podField(pods, &f.Pod),
		"containers": func(e value) { f.Containers = e.containers(pods) },
		"probes":     func(e value) { f.Probes = e.probeKinds() },
		"answer":     func(e value) { f.Reply = e.reply() },
		"for":        func(e value) { f.For = e.duration() },
	})
	return f
}

func (v value) containers(pods []podclock.Pod) []string {
	var names []string
	v.items(func(e value) {
		name := e.text()
		e.mustBeContainer(pods, name)
		names = append(names, name)
	})
	return names
}

func (v value) probeKinds() []probe.Kind {
	var kinds []probe.Kind
	v.items(func(e value) {
		words := make([]string, len(probe.Kinds))
		for i, k := range probe.Kinds {
			words[i] = k.String()
		}
		word := e.oneOf(words...)
		for _, k := range probe.Kinds {
			if k.String() == word {
				kinds = append(kinds, k)
			}
		}
	})
	return kinds
}

func spoilFact(v value, _ []podclock.Pod) podclock.Fact {
	f := podclock.SpoilImage{Error: "not found"}
	if v.isScalar() {
		f.Image = v.text()
		return f
	}
	v.fields(map[string]fieldReader{
		"image": func(e value) { f.Image = e.text() },
		"error": func(e value) { f.Error = e.text() },
	})
	if f.Image == "" {
		v.wrong("say which image; add image: NAME")
	}
	return f
}

// noArgument stands for the argument of a fact that is written as a bare word.
func noArgument(v value) *yamlv3.Node {
	return &yamlv3.Node{Kind: yamlv3.ScalarNode, Tag: "!!null", Line: v.node.Line}
}
