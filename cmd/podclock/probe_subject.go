package main

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
	"github.com/podclock/podclock/restart"
	"github.com/podclock/podclock/scenario"
)

// subject is a container that is probed.
type subject struct {
	// spec has its defaults, and only the chosen probes.
	spec    corev1.Container
	target  handler.Target
	policy  restart.Policy
	sidecar bool
}

// probes lists the kinds of probe that the subject has.
func (s *subject) probes() []probe.Kind {
	var kinds []probe.Kind
	for _, kind := range probe.Kinds {
		if probe.Of(&s.spec, kind) != nil {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// keep removes the probes of the kinds for which keep is false.
func (s *subject) keep(keep func(probe.Kind) bool) {
	for kind, p := range [...]**corev1.Probe{
		probe.Startup:   &s.spec.StartupProbe,
		probe.Readiness: &s.spec.ReadinessProbe,
		probe.Liveness:  &s.spec.LivenessProbe,
	} {
		if p != nil && !keep(probe.Kind(kind)) {
			*p = nil
		}
	}
}

// choose returns the containers and probes that the flags select. If there are none, it
// returns the mistake in the flags.
func (p *probeFlags) choose(object *scenario.Object, t *lifecycle.Template) ([]subject, error) {
	var names, has []string
	var chosen []subject
	for i := range t.Containers() {
		if t.Role(i) == restart.Init {
			continue // P30
		}
		s, err := p.subject(t, i)
		if err != nil {
			return nil, err
		}
		names = append(names, s.spec.Name)
		for _, kind := range s.probes() {
			has = append(has, s.spec.Name+" "+kind.String())
		}
		s.keep(func(kind probe.Kind) bool { return p.kind.is == "" || p.kind.is == kind.String() })
		if (p.container == "" || p.container == s.spec.Name) && len(s.probes()) > 0 {
			chosen = append(chosen, s)
		}
	}
	return chosen, p.checkChoice(object, chosen, names, has)
}

// subject returns container i with all of its probes.
func (p *probeFlags) subject(t *lifecycle.Template, i int) (subject, error) {
	pod := t.Pod()
	s := subject{
		spec:    *t.Container(i),
		policy:  restart.Compile(t.Role(i), pod.Spec.RestartPolicy, t.Container(i), restart.Gates{}),
		sidecar: t.Role(i) == restart.Sidecar,
	}
	target, err := handler.TargetOf(pod, s.spec.Name)
	if err != nil {
		return subject{}, err
	}
	s.target, s.target.PodIP = target, p.podIP
	if p.exec {
		s.target.Exec = handler.LocalExec{}
	}
	return s, nil
}

// checkChoice returns the mistake in the flags that choose containers and probes. names
// lists the containers that could be probed, has their probes.
func (p *probeFlags) checkChoice(object *scenario.Object, chosen []subject, names, has []string) error {
	switch {
	case p.container != "" && !slices.Contains(names, p.container):
		return fmt.Errorf("podclock probe: -c %q: no container of that name is probed in %s; it has %s",
			p.container, object, strings.Join(names, ", "))
	case len(has) == 0:
		return &scenario.Error{File: object.File, Line: object.Line,
			Msg: fmt.Sprintf("%s has no probes; give a container a livenessProbe, readinessProbe or startupProbe", object)}
	case len(chosen) == 0:
		return fmt.Errorf("podclock probe: no such probe in %s; it has %s", object, strings.Join(has, ", "))
	}
	return p.checkExec(chosen)
}

// checkExec refuses exec probes if the flags do not let them run on this machine.
func (p *probeFlags) checkExec(chosen []subject) error {
	for i := range chosen {
		for _, kind := range chosen[i].probes() {
			if !p.exec && probe.Of(&chosen[i].spec, kind).Exec != nil {
				return fmt.Errorf("podclock probe: --exec=false: %s %s runs a command; choose others with -c or --kind",
					chosen[i].spec.Name, kind)
			}
		}
	}
	return nil
}
