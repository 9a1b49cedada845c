package scenario

import (
	"fmt"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/lifecycle/apiserver"
)

// maxReplicas bounds the pods of one scenario.
const maxReplicas = 100_000

// podPart has the keys of a scenario that make one pod, or replicas of it.
type podPart struct {
	manifest, object, namespace, apps, sandbox, replicas, nameTaken, at value
}

// fields returns the readers of the part's keys.
func (p *podPart) fields() map[string]fieldReader {
	keep := func(into *value) fieldReader { return func(v value) { *into = v } }
	return map[string]fieldReader{
		"manifest":  keep(&p.manifest),
		"object":    keep(&p.object),
		"namespace": keep(&p.namespace),
		"apps":      keep(&p.apps),
		"sandbox":   keep(&p.sandbox),
		"replicas":  keep(&p.replicas),
		"nameTaken": keep(&p.nameTaken),
	}
}

// values returns the values of the part's keys.
func (p *podPart) values() []value {
	return []value{p.manifest, p.object, p.namespace, p.apps, p.sandbox, p.replicas, p.nameTaken}
}

// given reports whether the file has the value.
func (v value) given() bool { return v.node != nil && v.node.Tag != "!!null" }

// pod makes the pod of a part. where gives the line of problems with the whole part.
// If there is a problem, the returned object is nil.
func (r *reader) pod(part *podPart, where value) (podclock.Pod, *Object) {
	object, line := r.object(part, where)
	if object == nil {
		return podclock.Pod{}, nil
	}
	manifest, err := object.valid()
	if err != nil {
		r.take(err, line)
		return podclock.Pod{}, nil
	}
	pod := podclock.Pod{Manifest: manifest}
	if part.apps.given() {
		pod.Apps = part.apps.apps(manifest)
	}
	pod.Apps = object.endJob(manifest, pod.Apps)
	if part.sandbox.given() {
		pod.Sandbox = part.sandbox.sandbox()
	}
	if part.replicas.given() {
		pod.Replicas = int(part.replicas.integer(1, maxReplicas))
	}
	if part.nameTaken.given() {
		pod.NameTaken = part.nameTaken.boolean()
	}
	if part.at.given() {
		pod.At = part.at.duration()
	}
	return pod, object
}

// validate returns the errors for which the API server would refuse a pod.
func validate(pod *corev1.Pod) error {
	pod = pod.DeepCopy()
	apiserver.SetDefaults(pod)
	apiserver.DropDisabled(pod)
	if errs := apiserver.Validate(pod); len(errs) > 0 {
		return errs.ToAggregate()
	}
	return nil
}

// object finds the manifest of a part and the object in it. The manifest is another
// file, inline, or in the documents after the scenario.
func (r *reader) object(part *podPart, where value) (*Object, int) {
	manifest, line := r.manifest(part, where)
	if manifest == nil {
		return nil, line
	}
	ref, namespace := "", ""
	if part.namespace.given() {
		namespace, line = part.namespace.text(), part.namespace.at()
	}
	if part.object.given() {
		ref, line = part.object.text(), part.object.at()
	}
	object, err := manifest.In(namespace).Find(ref)
	if err != nil {
		r.take(err, line)
		return nil, line
	}
	return object, line
}

func (r *reader) manifest(part *podPart, where value) (*Manifest, int) {
	v := part.manifest
	if !v.given() {
		line := where.at()
		if r.rest != nil {
			return r.rest, line
		}
		r.addf(line, "no manifest: name one with manifest: FILE, or put it below a line of ---")
		return nil, line
	}
	if v.isMapping() {
		return r.inline(v), v.at()
	}
	name := v.text()
	if name == "" || r.open == nil {
		if name != "" {
			v.wrong("%q cannot be read here; put the manifest inline", name)
		}
		return nil, v.at()
	}
	file := name
	if !filepath.IsAbs(name) {
		file = filepath.Join(filepath.Dir(r.file), name)
	}
	for _, m := range r.manifests {
		if m.File == file {
			return m, v.at()
		}
	}
	data, err := r.open(file)
	if err != nil {
		v.wrong("%v", err)
		return nil, v.at()
	}
	m, err := ParseManifest(file, data)
	if err != nil {
		r.take(err, v.at())
		return nil, v.at()
	}
	r.manifests = append(r.manifests, m)
	return m, v.at()
}

// inline reads an object that stands in the scenario itself.
func (r *reader) inline(v value) *Manifest {
	raw, ok := r.doc.part(v.path)
	if !ok {
		v.wrong("an inline manifest must stand directly in the scenario")
		return nil
	}
	m := &Manifest{File: r.file}
	m.add(r.doc, raw, v.path, header{})
	if err := m.doubts(); err != nil {
		r.take(err, v.at())
		return nil
	}
	if len(m.all) == 0 {
		v.wrong("no pod in it; give a %s", strings.Join(kindNames(), ", "))
		return nil
	}
	return m
}

// podsList reads the key pods.
func (r *reader) podsList(v value) {
	if !v.isList() {
		v.wrong("%s where a list is wanted; begin each pod with \"- \"", v.describe())
		return
	}
	names := map[string]int{}
	v.items(func(e value) {
		var part podPart
		known := part.fields()
		known["at"] = func(e value) { part.at = e }
		e.fields(known)
		r.addPod(&part, e, names)
	})
}

func (r *reader) addPod(part *podPart, where value, names map[string]int) {
	pod, object := r.pod(part, where)
	if object == nil {
		return
	}
	name := pod.Manifest.Namespace + "/" + pod.Manifest.Name
	if first, twice := names[name]; twice {
		r.addf(where.at(), "pod %s is already made in line %d; use replicas, or another object", name, first)
		return
	}
	names[name] = where.at()
	r.scenario.Options.Pods = append(r.scenario.Options.Pods, pod)
	r.scenario.objects = append(r.scenario.objects, object)
}

// replicaNames returns the names that the simulator gives to a pod's replicas, with
// and without the namespace.
func replicaNames(p podclock.Pod) []string {
	ns, name := p.Manifest.Namespace, p.Manifest.Name
	if p.Replicas <= 1 {
		return []string{name, ns + "/" + name}
	}
	var names []string
	for i := range p.Replicas {
		replica := fmt.Sprintf("%s-%d", name, i)
		names = append(names, replica, ns+"/"+replica)
	}
	return names
}

func podNames(pods []podclock.Pod) []string {
	var names []string
	for _, p := range pods {
		names = append(names, replicaNames(p)...)
	}
	return names
}
