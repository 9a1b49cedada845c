package scenario

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// fault is what is wrong with a part of a manifest in which no object with a pod was
// recognised.
type fault struct {
	err error
	// podless says that the part has a kind, and one that holds no pod.
	podless bool
}

// fault remembers what is wrong with a part that may have been meant to hold a pod.
func (m *Manifest) fault(err error) { m.faults = append(m.faults, fault{err: err}) }

// doubts returns the faults of parts that may have been meant to hold a pod.
func (m *Manifest) doubts() error {
	p := problems{file: m.File}
	for _, f := range m.faults {
		if !f.podless {
			p.take(f.err, 1)
		}
	}
	return p.err()
}

// Locate gives an error of [Manifest.Find] or [Manifest.Select] its place. It is the
// manifest as a whole, unless the error has one.
func (m *Manifest) Locate(err error) error {
	p := problems{file: m.File}
	p.take(err, 1)
	return p.err()
}

// Warnings returns what is wrong with the parts of the manifest that are not chosen. It
// does not keep those that are from being played.
func (m *Manifest) Warnings(chosen ...*Object) []*Error {
	p := problems{file: m.File}
	for _, f := range m.faults {
		p.take(f.err, 1)
	}
	for _, o := range m.all {
		if !slices.Contains(chosen, o) {
			o.doubt(&p)
		}
	}
	p.sort()
	return p.list
}

// doubt reports what is wrong with an object that is not chosen.
func (o *Object) doubt(p *problems) {
	faults := problems{file: o.File}
	_, err := o.valid()
	faults.take(err, o.Line)
	for _, e := range faults.list {
		p.addf(e.Line, "%s; %s is not chosen", e.Msg, o)
	}
}

// valid returns the pod of an object, or what is wrong with it.
func (o *Object) valid() (*corev1.Pod, error) {
	pod, err := o.Pod()
	if err != nil {
		return nil, err
	}
	if err := validate(pod); err != nil {
		return nil, o.Locate(err)
	}
	return pod, nil
}
