package scenario

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
)

// reasonWords lists the reasons that a kubelet gives for pods (S81 to S83), waiting
// containers (C2, I4) and ended containers (C6 to C8).
var reasonWords = []string{
	"Evicted", "Preempting", "Terminated", "DeadlineExceeded", "NodeLost",
	"ContainerCreating", "PodInitializing", "CrashLoopBackOff", "RestartingAllContainers",
	"InvalidImageName", "ImageInspectError", "ErrImageNeverPull", "ErrImagePull", "ImagePullBackOff",
	"RegistryUnavailable", "SignatureValidationFailed", "CreateContainerConfigError", "PreCreateHookError",
	"CreateContainerError", "PreStartHookError", "RunContainerError", "PostStartHookError", "Completed", "Error",
	"OOMKilled", "StartError", "ContainerCannotRun", "ContainerStatusUnknown", "Unknown",
}

// statusWords lists the words of kubectl's STATUS column, also after "Init:" (S91).
var statusWords = slices.Concat([]string{"SchedulingGated", "NotReady", "Terminating"}, phases, reasonWords)

// eventWords lists the reasons of events (E1).
var eventWords = []string{
	"Pulling", "Pulled", "BackOff", "Failed", "InspectFailed", "ErrImageNeverPull", "Created", "Started", "Killing",
	"FailedPostStartHook", "FailedPreStopHook", "LifecycleHTTPFallback", "Unhealthy", "ProbeWarning",
	"SandboxChanged", "FailedCreatePodSandBox", "FailedPodSandBoxStatus", "NetworkNotReady", "FailedMount", "FailedSync",
	"FailedKillPod", "FailedCreatePodContainer", "DeadlineExceeded", "Evicted", "Preempting", "ExceededGracePeriod",
	"NodeNotReady", "TaintManagerEviction",
}

var (
	codeStatus = regexp.MustCompile(`^(Init:)?(Signal|ExitCode):[0-9]+$`)
	initRatio  = regexp.MustCompile(`^Init:[0-9]+/[0-9]+$`)
)

// statusWord reads an expected STATUS column.
func (e *expecting) statusWord(v value) string {
	want := v.text()
	if !v.isScalar() || codeStatus.MatchString(want) || initRatio.MatchString(want) {
		return want
	}
	prefix := ""
	word, isInit := strings.CutPrefix(want, "Init:")
	if isInit {
		prefix = "Init:"
	}
	e.knows(v, v.at(), "STATUS of kubectl", prefix, word, statusWords)
	return want
}

// reason matches the reason of a pod or of a container's state. The empty text
// matches no reason.
func (e *expecting) reason(v value) wanted {
	if want := v.text(); want != "" {
		e.knows(v, v.at(), "reason of a kubelet", "", want, reasonWords)
	}
	return equals(v)
}

// knows reports a word that is neither known nor a reason that the file itself gives.
// An expectation of such a word could never be met, or, with never, always.
func (e *expecting) knows(v value, line int, what, prefix, word string, known []string) {
	known = append(slices.Clone(known), e.given...)
	if slices.Contains(known, word) {
		return
	}
	cure := "correct it, or give that reason to an exit, crash, evict or refuse of this file"
	if near := nearest(word, known); near != "" {
		cure = "did you mean " + prefix + near + "?"
	}
	v.p.addf(line, "%s: %q is no %s; %s", v.path, prefix+word, what, cure)
}

// conditionTypes returns the types that a pod's conditions can have: those of the
// kubelet and the node controller (S40 to S53), readiness gates, and those that the
// scenario sets.
func conditionTypes(o *podclock.Options) []string {
	types := []corev1.PodConditionType{
		corev1.PodScheduled, corev1.PodReadyToStartContainers, corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady,
		corev1.DisruptionTarget, corev1.PodResizePending, corev1.PodResizeInProgress, corev1.AllContainersRestarting,
	}
	for i := range o.Pods {
		for _, gate := range o.Pods[i].Manifest.Spec.ReadinessGates {
			types = append(types, gate.ConditionType)
		}
	}
	for _, f := range o.Facts {
		if set, ok := f.Fact.(podclock.SetCondition); ok {
			types = append(types, set.Condition.Type)
		}
	}
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return names
}

// reasonsGiven returns the reasons that a scenario itself gives for exits, crashes,
// evictions, refusals and a node's shutdown.
func reasonsGiven(o *podclock.Options) []string {
	given := map[string]bool{}
	for i := range o.Pods {
		for _, app := range o.Pods[i].Apps {
			for _, run := range app.(podclock.Script) { // as apps reads them
				if run.Exit != nil {
					given[run.Exit.Reason] = true
				}
			}
		}
	}
	for _, f := range o.Facts {
		switch fact := f.Fact.(type) {
		case podclock.Crash:
			given[fact.Reason] = true
		case podclock.Evict:
			given[fact.Reason] = true
		case podclock.Shutdown:
			given["Terminated"] = true
		case podclock.Refuse:
			given[fact.Reason] = true
		}
	}
	delete(given, "") // the kubelet or the runtime gives the reason
	return slices.Sorted(maps.Keys(given))
}
