package scenario

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// In returns the manifest with the objects of one namespace alone. An object without one
// is in "default". If namespace is empty, In returns the manifest as it is.
func (m *Manifest) In(namespace string) *Manifest {
	if namespace == "" {
		return m
	}
	in := *m
	in.namespace = namespace
	return &in
}

// Find returns the object that ref names. ref is "name" or "Kind/name", also with a
// short name of kubectl such as deploy/web. If ref is empty, Find returns the only
// object. It is an error if there are several.
func (m *Manifest) Find(ref string) (*Object, error) {
	found, err := m.Select(ref)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 1:
		return found[0], nil
	case ref == "":
		return nil, fmt.Errorf("%s has %d objects with pods: choose one of %s, with --object and --namespace, "+
			"or a scenario's keys object and namespace", m.File, len(found), listed(found))
	}
	return nil, fmt.Errorf("object %q: %s has several: %s; give Kind/name, and the namespace if it has several of them",
		ref, m.File, listed(found))
}

// Select returns the objects that ref names, as [Manifest.Find] takes it. If ref is
// empty, Select returns all objects. It is an error if there are none, and an error that
// is [ErrNoPod] if the manifest has others.
//
// A fault in a part of the manifest that cannot be told from an object with a pod is an
// error if neither ref nor [Manifest.In] chooses. If they choose, it is left to
// [Manifest.Warnings].
func (m *Manifest) Select(ref string) ([]*Object, error) {
	matches, err := matching(ref)
	if err != nil {
		return nil, err
	}
	if ref == "" && m.namespace == "" {
		if err := m.doubts(); err != nil {
			return nil, err
		}
	}
	var found []*Object
	for _, o := range m.Objects() {
		if !matches(o) {
			continue
		}
		if i := slices.IndexFunc(found, func(f *Object) bool { return f.String() == o.String() }); i >= 0 {
			return nil, fmt.Errorf("%s has %s more than once, in lines %d and %d: remove one of them",
				m.File, o, found[i].Line, o.Line)
		}
		found = append(found, o)
	}
	if len(found) == 0 {
		return nil, m.notFound(ref)
	}
	return found, nil
}

// matching returns the condition that ref puts to an object.
func matching(ref string) (func(*Object) bool, error) {
	kindRef, name, qualified := strings.Cut(ref, "/")
	if !qualified {
		return func(o *Object) bool { return ref == "" || o.Name == ref }, nil
	}
	wanted := kindNamed(kindRef)
	if wanted == nil {
		return nil, fmt.Errorf("object %q: %s is no kind that holds a pod; %s", ref, kindRef, hint(kindRef, kindNames()))
	}
	return func(o *Object) bool { return o.kind == wanted && (name == "" || o.Name == name) }, nil
}

// notFound returns the error about a choice that no object meets. The parts with faults
// may have been meant to.
func (m *Manifest) notFound(ref string) error {
	what := "object " + strconv.Quote(ref)
	if ref == "" {
		what = "namespace " + strconv.Quote(m.namespace)
	} else if m.namespace != "" {
		what += " in namespace " + strconv.Quote(m.namespace)
	}
	return errors.Join(noPod(what+": not in "+m.File+"; it has "+listed(m.all)), m.doubts())
}

func listed(objects []*Object) string {
	names := make([]string, len(objects))
	for i, o := range objects {
		names[i] = o.String()
	}
	return strings.Join(names, ", ")
}
