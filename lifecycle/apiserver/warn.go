package apiserver

import (
	"cmp"
	"fmt"
	"path"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/podclock/podclock/lifecycle/internal/imagename"
	"github.com/podclock/podclock/probe"
)

// Warnings returns what can never work in a pod for which [Validate] returns no errors: an
// image that is not an image name (I3), a container that must not run as root and whose user
// is root (C2), a preStop hook that sleeps longer than the grace period (C42), and the
// warnings of [probe.Warnings]. Each detail ends with the cure.
func Warnings(pod *corev1.Pod) field.ErrorList {
	w := warner{spec: &pod.Spec}
	spec := field.NewPath("spec")
	for i := range pod.Spec.InitContainers { // those that are not sidecars have no probes or hooks (P17)
		w.container(&pod.Spec.InitContainers[i], spec.Child("initContainers").Index(i))
	}
	for i := range pod.Spec.Containers {
		w.container(&pod.Spec.Containers[i], spec.Child("containers").Index(i))
	}
	return w.found
}

// warner collects the warnings about a pod.
type warner struct {
	spec  *corev1.PodSpec
	found field.ErrorList
}

func (w *warner) container(c *corev1.Container, at *field.Path) {
	w.image(c, at.Child("image"))
	w.root(c, at.Child("securityContext"))
	w.sleep(c, at.Child("lifecycle", "preStop", "exec", "command"))
	w.found = append(w.found, probe.Warnings(c, at)...)
}

// image warns of an image that is not an image name (I3).
func (w *warner) image(c *corev1.Container, at *field.Path) {
	if _, err := imagename.PullName(c.Image); err != "" && c.Image != "" {
		w.found = append(w.found, field.Invalid(at, c.Image,
			"this is no image name, and the container can never start (I3); "+imageCure(c.Image)))
	}
}

// imageCure returns the cure for an image that is not an image name. Often a tool should
// have replaced a placeholder in it.
func imageCure(image string) string {
	switch {
	case strings.Contains(image, "{{"):
		return "render the template first, as with helm template"
	case strings.Contains(image, "$"):
		return "replace the variables first, as with envsubst"
	case strings.HasPrefix(image, "ko://"):
		return "build it first, as with ko resolve"
	}
	return "write HOST/PATH:TAG, in lower case but for the tag"
}

// root warns of a container that the kubelet refuses to create, because it would run as root
// (C2).
func (w *warner) root(c *corev1.Container, at *field.Path) {
	if RunsAsRoot(w.spec, c) {
		w.found = append(w.found, field.Invalid(at.Child("runAsUser"), int64(0),
			"runAsNonRoot forbids it, and the container can never be created (C2); give another user"))
	}
}

// RunsAsRoot reports whether a container must not run as root and its user is root. Its own
// security context takes precedence over the pod's (C2).
func RunsAsRoot(p *corev1.PodSpec, c *corev1.Container) bool {
	var nonRoot *bool
	var user *int64
	if s := p.SecurityContext; s != nil {
		nonRoot, user = s.RunAsNonRoot, s.RunAsUser
	}
	if s := c.SecurityContext; s != nil {
		nonRoot, user = cmp.Or(s.RunAsNonRoot, nonRoot), cmp.Or(s.RunAsUser, user)
	}
	return nonRoot != nil && *nonRoot && user != nil && *user == 0
}

// sleep warns of a preStop command that sleeps longer than the grace period (C42).
func (w *warner) sleep(c *corev1.Container, at *field.Path) {
	if c.Lifecycle == nil || c.Lifecycle.PreStop == nil || c.Lifecycle.PreStop.Exec == nil ||
		w.spec.TerminationGracePeriodSeconds == nil {
		return
	}
	command := c.Lifecycle.PreStop.Exec.Command
	seconds, grace := sleepOf(command), *w.spec.TerminationGracePeriodSeconds
	if seconds >= float64(grace) && grace > 0 {
		w.found = append(w.found, field.Invalid(at, strings.Join(command, " "),
			fmt.Sprintf("takes no less than terminationGracePeriodSeconds, %d: then the container has two seconds from its "+
				"stop signal to SIGKILL (C40, C42); give more grace, or sleep less", grace)))
	}
}

// sleepOf returns how many seconds a command sleeps at its beginning. The command is sleep
// itself or a shell with sleep. It returns 0 if it cannot tell.
func sleepOf(command []string) float64 {
	if len(command) == 3 && command[1] == "-c" {
		command = strings.FieldsFunc(command[2], func(r rune) bool { return r == ' ' || r == ';' || r == '&' })
	}
	if len(command) < 2 || path.Base(command[0]) != "sleep" {
		return 0
	}
	seconds, err := strconv.ParseFloat(strings.TrimSuffix(command[1], "s"), 64)
	if err != nil {
		return 0
	}
	return seconds
}
