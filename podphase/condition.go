package podphase

import (
	corev1 "k8s.io/api/core/v1"
)

// These are the reasons of conditions.
const (
	reasonUnknownStatuses = "UnknownContainerStatuses"
	reasonPodCompleted    = "PodCompleted"
	reasonPodFailed       = "PodFailed"
	reasonNotReady        = "ContainersNotReady"
	reasonNotInitialized  = "ContainersNotInitialized"
	reasonGatesNotReady   = "ReadinessGatesNotReady"
	reasonRestartStarted  = "RestartAllContainersStarted"

	messageRestartStarted = "container exited with restart policy rule"
)

// Facts are the input of Conditions.
type Facts struct {
	// Status has the phase and the container statuses of this sync. Its conditions do not
	// count.
	Status *corev1.PodStatus
	// Previous are the conditions of the status cache or, if nothing is cached, of the API
	// object.
	Previous []corev1.PodCondition
	// API are the conditions of the API object. Those that the kubelet does not own, such as
	// readiness gates, are kept (S40).
	API []corev1.PodCondition
	// Generation is the pod's metadata.generation.
	Generation int64
	// HasSandbox says that the pod needs no new sandbox (S1, S42).
	HasSandbox bool
	// RestartingAll says that all containers are being restarted (R9) and that the runtime
	// still has some instance (S52).
	RestartingAll bool
}

// Conditions appends the pod's conditions to dst, in the kubelet's order (S41), and returns
// the result. It sets no transition times: [Stamp] does. A message that equals that of
// Previous is the same string, so that a sync without changes allocates only dst.
func (r *Rules) Conditions(dst []corev1.PodCondition, f *Facts) []corev1.PodCondition {
	from := len(dst)
	for i := range f.API {
		if !ownedByKubelet(f.API[i].Type) {
			dst = append(dst, f.API[i])
		}
	}
	// Resizing is not modelled, so its conditions stay as they were.
	dst = appendPrevious(dst, f, corev1.PodResizePending)
	dst = appendPrevious(dst, f, corev1.PodResizeInProgress)
	dst = replacePrevious(dst, from, f, corev1.DisruptionTarget) // shared with others, so a previous one wins (S53)
	dst = append(dst,
		f.condition(corev1.PodReadyToStartContainers, f.HasSandbox, "", ""), // it turns False when the sandbox is gone (S42)
		r.initialized(f))
	containersReady := r.containersReady(f)
	dst = append(dst, r.podReady(f, &containersReady, dst[from:]), containersReady,
		f.condition(corev1.PodScheduled, true, "", "")) // a pod on a node is always scheduled (S42)
	if r.mayRestartAll {
		dst = append(dst, f.restartingAll())
	}
	return dst
}

func (f *Facts) condition(t corev1.PodConditionType, holds bool, reason, message string) corev1.PodCondition {
	status := corev1.ConditionFalse
	if holds {
		status = corev1.ConditionTrue
	}
	return corev1.PodCondition{Type: t, ObservedGeneration: f.Generation, Status: status, Reason: reason, Message: message}
}

// restartingAll returns the condition AllContainersRestarting (S52).
func (f *Facts) restartingAll() corev1.PodCondition {
	c := corev1.PodCondition{Type: corev1.AllContainersRestarting, Status: corev1.ConditionFalse}
	switch {
	case terminal(f.Status.Phase):
		c.Reason = terminalReason(f.Status.Phase)
	case f.RestartingAll:
		c.Status, c.Reason, c.Message = corev1.ConditionTrue, reasonRestartStarted, messageRestartStarted
	}
	return c
}

func terminalReason(p corev1.PodPhase) string {
	if p == corev1.PodSucceeded {
		return reasonPodCompleted
	}
	return reasonPodFailed
}

func appendPrevious(dst []corev1.PodCondition, f *Facts, t corev1.PodConditionType) []corev1.PodCondition {
	if c := find(f.Previous, t); c != nil {
		dst = append(dst, *c)
	}
	return dst
}

// replacePrevious replaces the condition of a type in dst[from:] by the previous one, or
// appends the previous one. If there is no previous one, it changes nothing.
func replacePrevious(dst []corev1.PodCondition, from int, f *Facts, t corev1.PodConditionType) []corev1.PodCondition {
	c := find(f.Previous, t)
	if c == nil {
		return dst
	}
	if old := find(dst[from:], t); old != nil {
		*old = *c
		return dst
	}
	return append(dst, *c)
}

// ownedByKubelet reports whether only the kubelet writes conditions of a type (S40). It does
// not own DisruptionTarget, which others write too.
func ownedByKubelet(t corev1.PodConditionType) bool {
	switch t {
	case corev1.PodScheduled, corev1.PodReady, corev1.PodInitialized, corev1.ContainersReady,
		corev1.PodResizeInProgress, corev1.PodResizePending,
		corev1.PodReadyToStartContainers, corev1.AllContainersRestarting:
		return true
	}
	return false
}

// find returns the first condition of a type, or nil.
func find(cs []corev1.PodCondition, t corev1.PodConditionType) *corev1.PodCondition {
	for i := range cs {
		if cs[i].Type == t {
			return &cs[i]
		}
	}
	return nil
}

func isTrue(cs []corev1.PodCondition, t corev1.PodConditionType) bool {
	c := find(cs, t)
	return c != nil && c.Status == corev1.ConditionTrue
}
