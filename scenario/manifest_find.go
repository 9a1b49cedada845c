package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Find returns the object that ref names. ref is "name" or "Kind/name", also with a
// short name of kubectl such as deploy/web. If ref is empty, Find returns the only
// object. It is an error if there are several.
func (m *Manifest) Find(ref string) (*Object, error) {
	kindRef, name, qualified := strings.Cut(ref, "/")
	if !qualified {
		kindRef, name = "", ref
	}
	var wanted *kind
	if qualified {
		if wanted = kindNamed(kindRef); wanted == nil {
			return nil, fmt.Errorf("object %q: %s is no kind that holds a pod; %s", ref, kindRef, hint(kindRef, kindNames()))
		}
	}
	var found []*Object
	for _, o := range m.objects {
		if (wanted == nil || o.kind == wanted) && (name == "" || o.Name == name) {
			found = append(found, o)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return nil, fmt.Errorf("object %q: not in %s; it has %s", ref, m.File, listed(m.objects))
	case sameName(found):
		return nil, fmt.Errorf("%s has %s %d times, in lines %s: remove all but one of them", m.File, found[0], len(found),
			linesOf(found))
	case ref == "":
		return nil, fmt.Errorf("%s has %d objects with pods: choose one of %s, with --object or a scenario's key object",
			m.File, len(found), listed(found))
	}
	return nil, fmt.Errorf("object %q: %s has several: %s; give Kind/name, and only one of them in the file", ref, m.File,
		listed(found))
}

func sameName(objects []*Object) bool {
	differs := func(o *Object) bool { return o.String() != objects[0].String() }
	return !slices.ContainsFunc(objects, differs)
}

func linesOf(objects []*Object) string {
	lines := make([]string, len(objects))
	for i, o := range objects {
		lines[i] = strconv.Itoa(o.Line)
	}
	return strings.Join(lines, " and ")
}

func listed(objects []*Object) string {
	names := make([]string, len(objects))
	for i, o := range objects {
		names[i] = o.String()
	}
	return strings.Join(names, ", ")
}
