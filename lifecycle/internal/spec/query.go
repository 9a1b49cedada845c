package spec

import (
	"math"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// SameContainers reports whether two specs have the same containers with the same probes,
// hooks and restart rules. Only then can one be an update of the other (P24).
func (p *Pod) SameContainers(o *Pod) bool {
	return p.Regular == o.Regular && slices.EqualFunc(p.Containers, o.Containers, func(a, b Container) bool {
		x, y := a.Spec, b.Spec
		return x.Name == y.Name && a.Role == b.Role &&
			equality.Semantic.DeepEqual(x.StartupProbe, y.StartupProbe) &&
			equality.Semantic.DeepEqual(x.ReadinessProbe, y.ReadinessProbe) &&
			equality.Semantic.DeepEqual(x.LivenessProbe, y.LivenessProbe) &&
			equality.Semantic.DeepEqual(x.Lifecycle, y.Lifecycle) &&
			equality.Semantic.DeepEqual(x.RestartPolicyRules, y.RestartPolicyRules)
	})
}

// unreachableToleration is how long, in seconds, a pod stays on an unreachable node if its
// spec does not say. The API server's admission adds it.
const unreachableToleration = 300

// ToleratesUnreachable returns how long the pod tolerates the taint of a node that does not
// report. The first toleration that matches decides. It returns false if the pod tolerates
// it for ever. A static pod tolerates every taint (S83).
func (p *Pod) ToleratesUnreachable() (time.Duration, bool) {
	if p.Static {
		return 0, false
	}
	of := false // a toleration is about this taint, so admission adds none
	for i := range p.Manifest.Spec.Tolerations {
		o := &p.Manifest.Spec.Tolerations[i]
		if o.Key != "" && o.Key != corev1.TaintNodeUnreachable || o.Effect != "" && o.Effect != corev1.TaintEffectNoExecute {
			continue
		}
		of = true
		switch {
		case o.Operator != corev1.TolerationOpExists &&
			(o.Operator != "" && o.Operator != corev1.TolerationOpEqual || o.Value != ""):
		case o.TolerationSeconds == nil:
			return 0, false
		default:
			return Seconds(max(0, *o.TolerationSeconds)), true
		}
	}
	if of {
		return 0, true
	}
	return unreachableToleration * time.Second, true
}

// StatusIn returns the entry of container i in a status, or nil.
func (p *Pod) StatusIn(s *corev1.PodStatus, i int) *corev1.ContainerStatus {
	list := s.ContainerStatuses
	if i >= p.Regular {
		list = s.InitContainerStatuses
	}
	name, at := p.Name(i), p.Position[i]
	if at < len(list) && list[at].Name == name {
		return &list[at]
	}
	for j := range list { // the kubelet did not write this status
		if list[j].Name == name {
			return &list[j]
		}
	}
	return nil
}

// ImageStrings returns the pod's distinct image strings, by image key.
func (p *Pod) ImageStrings() []string {
	out := make([]string, p.Images)
	for i := range p.Containers {
		out[p.Containers[i].ImageKey] = p.Containers[i].Spec.Image
	}
	return out
}

// maxPodMessages is the maximum length of all termination messages of a pod together, in
// bytes (C10).
const maxPodMessages = 12288

// CutMessage cuts a termination message to the pod's limit (C10).
func (p *Pod) CutMessage(m string) string {
	if len(m) > p.MessageLimit {
		return m[:p.MessageLimit]
	}
	return m
}

// Seconds returns n seconds, but at most 146 years, so that the sum of two does not overflow.
func Seconds(n int64) time.Duration {
	const most = int64(math.MaxInt64/time.Second) / 2
	return time.Duration(min(n, most)) * time.Second
}
