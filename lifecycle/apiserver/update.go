package apiserver

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// updatable are the fields that an update of a pod may change, as an API server lists
// them.
const updatable = "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`," +
	"`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be " +
	"set to 1 if it was previously negative)"

// ValidateUpdate returns what an API server refuses of an update of a pod from old. Both
// must have been defaulted and be valid. Resources are changed by another door, the resize
// subresource, and count as immutable here. The place of an error is that of the field
// itself, where an API server shows both specs.
func ValidateUpdate(pod, old *corev1.Pod) field.ErrorList {
	path := field.NewPath("spec")
	spec, was := &pod.Spec, &old.Spec
	for _, list := range []struct {
		now, was []corev1.Container
		name     string
	}{{spec.Containers, was.Containers, "containers"}, {spec.InitContainers, was.InitContainers, "initContainers"}} {
		if len(list.now) != len(list.was) {
			return field.ErrorList{field.Forbidden(path.Child(list.name), "pod updates may not add or remove containers")}
		}
	}
	deadline := path.Child("activeDeadlineSeconds")
	errs := validateDeadlineUpdate(spec.ActiveDeadlineSeconds, was.ActiveDeadlineSeconds, deadline)
	errs = append(errs, validateTolerationUpdate(spec.Tolerations, was.Tolerations, path.Child("tolerations"))...)
	errs = append(errs, validateGateUpdate(spec.SchedulingGates, was.SchedulingGates, path.Child("schedulingGates"))...)
	for _, at := range differences(withUpdatable(spec, was), was, path) {
		errs = append(errs, field.Forbidden(at, "pod updates may not change fields other than "+updatable))
	}
	return errs
}

// validateDeadlineUpdate refuses a deadline that is taken away or made longer.
func validateDeadlineUpdate(now, was *int64, path *field.Path) field.ErrorList {
	switch {
	case was == nil:
		return nil
	case now == nil:
		return field.ErrorList{field.Invalid(path, now, "must not update from a positive integer to nil value")}
	case *now > *was:
		return field.ErrorList{field.Invalid(path, *now, "must be less than or equal to previous value")}
	}
	return nil
}

// validateTolerationUpdate refuses tolerations that are taken away or changed.
func validateTolerationUpdate(now, was []corev1.Toleration, path *field.Path) field.ErrorList {
	for _, t := range was {
		kept := func(n corev1.Toleration) bool {
			n.TolerationSeconds = t.TolerationSeconds // which may change
			return equality.Semantic.DeepEqual(n, t)
		}
		if !slices.ContainsFunc(now, kept) {
			return field.ErrorList{field.Forbidden(path, "existing toleration can not be modified except its tolerationSeconds")}
		}
	}
	return nil
}

// validateGateUpdate refuses scheduling gates that are new: they can only be taken away.
func validateGateUpdate(now, was []corev1.PodSchedulingGate, path *field.Path) (errs field.ErrorList) {
	for i, g := range now {
		if !slices.Contains(was, g) {
			errs = append(errs, field.Forbidden(path.Index(i).Child("name"),
				fmt.Sprintf("only deletion is allowed, but found new scheduling gate '%s'", g.Name)))
		}
	}
	return errs
}

// withUpdatable returns the spec with what an update may change as it was.
func withUpdatable(spec, was *corev1.PodSpec) *corev1.PodSpec {
	s := spec.DeepCopy()
	for i := range s.Containers {
		s.Containers[i].Image = was.Containers[i].Image
	}
	for i := range s.InitContainers {
		s.InitContainers[i].Image = was.InitContainers[i].Image
	}
	s.ActiveDeadlineSeconds = was.ActiveDeadlineSeconds
	s.Tolerations, s.SchedulingGates = was.Tolerations, was.SchedulingGates
	if g := was.TerminationGracePeriodSeconds; g != nil && *g < 0 {
		if n := s.TerminationGracePeriodSeconds; n != nil && *n == 1 {
			s.TerminationGracePeriodSeconds = g
		}
	}
	return s
}

// differences returns where two specs differ, as deep as both have something.
func differences(a, b *corev1.PodSpec, path *field.Path) (all []*field.Path) {
	var walk func(a, b reflect.Value, path *field.Path)
	walk = func(a, b reflect.Value, path *field.Path) {
		switch {
		case equality.Semantic.DeepEqual(a.Interface(), b.Interface()):
		case a.Kind() == reflect.Pointer && !a.IsNil() && !b.IsNil():
			walk(a.Elem(), b.Elem(), path)
		case a.Kind() == reflect.Slice && a.Len() == b.Len():
			for i := range a.Len() {
				walk(a.Index(i), b.Index(i), path.Index(i))
			}
		case a.Kind() == reflect.Struct && strings.HasPrefix(a.Type().PkgPath(), "k8s.io/api/"):
			for i := range a.NumField() {
				walk(a.Field(i), b.Field(i), childOf(path, a.Type().Field(i)))
			}
		default:
			all = append(all, path)
		}
	}
	walk(reflect.ValueOf(a), reflect.ValueOf(b), path)
	return all
}

// childOf returns the path of a field, which is its owner's for an embedded one.
func childOf(path *field.Path, f reflect.StructField) *field.Path {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" {
		return path
	}
	return path.Child(name)
}
