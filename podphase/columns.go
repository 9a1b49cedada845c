package podphase

import (
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/podclock/podclock/restart"
)

// Row has the columns of a pod in kubectl get pods -o wide.
type Row struct {
	Ready          string // ready/total, such as 1/2
	Status         string // such as CrashLoopBackOff
	Restarts       string // such as 3 or 3 (95s ago)
	Age            string // such as 45m
	ReadinessGates string // true/total, or <none>
}

const (
	reasonPodInitializing = "PodInitializing"
	reasonCompleted       = "Completed"
	reasonNodeLost        = "NodeLost"
)

// Columns returns the row of a pod at the time now (S90 to S94).
func Columns(pod *corev1.Pod, now time.Time) Row {
	w := walk{pod: pod, text: headline(&pod.Status)}
	stopped := w.initContainers()
	if !stopped || isTrue(pod.Status.Conditions, corev1.PodInitialized) {
		w.regularContainers()
	}
	w.deletion() // Terminating or Unknown (S91 step 4)
	return Row{
		Ready:          ratio(w.ready, total(&pod.Spec)),
		Status:         w.text,
		Restarts:       w.restarts.text(now),
		Age:            age(pod.CreationTimestamp.Time, now),
		ReadinessGates: gatesColumn(pod),
	}
}

// headline returns STATUS before any container is looked at: the phase, or a reason in its
// place (S91 step 1).
func headline(st *corev1.PodStatus) string {
	if c := find(st.Conditions, corev1.PodScheduled); c != nil && c.Reason == corev1.PodReasonSchedulingGated {
		return corev1.PodReasonSchedulingGated
	}
	return firstSet(st.Reason, string(st.Phase))
}

// total returns how many containers can be ready (S90).
func total(spec *corev1.PodSpec) int {
	n := len(spec.Containers)
	for i := range spec.InitContainers {
		if isSidecar(&spec.InitContainers[i]) {
			n++
		}
	}
	return n
}

// walk computes the columns from the container statuses.
type walk struct {
	pod   *corev1.Pod
	text  string
	ready int
	// restarts counts the restarts for the column RESTARTS (S92). sidecars counts those of the
	// sidecars among them.
	restarts, sidecars restartCount
}

// initContainers walks over the init container statuses and reports whether it stopped at
// one that is not done (S91 step 2).
func (w *walk) initContainers() (stopped bool) {
	for i := range w.pod.Status.InitContainerStatuses {
		s := &w.pod.Status.InitContainerStatuses[i]
		sidecar := w.sidecar(i, s.Name)
		w.restarts.add(s)
		if sidecar {
			w.sidecars.add(s)
		}
		switch {
		case s.State.Terminated != nil && s.State.Terminated.ExitCode == 0:
		case sidecar && started(s):
			if s.Ready {
				w.ready++
			}
		default:
			w.text = "Init:" + w.initText(i, s)
			return true
		}
	}
	return false
}

func (w *walk) initText(i int, s *corev1.ContainerStatus) string {
	switch {
	case s.State.Terminated != nil:
		return terminationText(s.State.Terminated)
	case s.State.Waiting != nil && s.State.Waiting.Reason != "" && s.State.Waiting.Reason != reasonPodInitializing:
		return s.State.Waiting.Reason
	}
	return ratio(i, len(w.pod.Spec.InitContainers))
}

// sidecar reports whether the i-th init container status, of that name, belongs to a
// sidecar. It looks at the i-th container first, because statuses are normally in spec
// order.
func (w *walk) sidecar(i int, name string) bool {
	cs := w.pod.Spec.InitContainers
	if i < len(cs) && cs[i].Name == name {
		return isSidecar(&cs[i])
	}
	for j := range cs {
		if cs[j].Name == name {
			return isSidecar(&cs[j])
		}
	}
	return false
}

// regularContainers walks over the regular container statuses (S91 step 3).
func (w *walk) regularContainers() {
	w.restarts = w.sidecars // the init containers no longer count (S92)
	running, failure := false, ""
	list := w.pod.Status.ContainerStatuses
	for i := len(list) - 1; i >= 0; i-- {
		s := &list[i]
		w.restarts.add(s)
		switch {
		case s.State.Waiting != nil && s.State.Waiting.Reason != "":
			w.text = s.State.Waiting.Reason
		case s.State.Terminated != nil:
			w.text = terminationText(s.State.Terminated)
			if s.State.Terminated.ExitCode != 0 {
				failure = w.text
			}
		case s.Ready && s.State.Running != nil:
			running = true
			w.ready++
		}
	}
	if w.text == reasonCompleted {
		w.text = w.completedText(running, failure)
	}
}

// completedText replaces the text Completed if a container still runs or has failed (S91
// step 3).
func (w *walk) completedText(running bool, failure string) string {
	switch {
	case running && isTrue(w.pod.Status.Conditions, corev1.PodReady):
		return string(corev1.PodRunning)
	case failure != "":
		return failure
	case running:
		return "NotReady"
	}
	return reasonCompleted
}

func (w *walk) deletion() {
	switch st := &w.pod.Status; {
	case w.pod.DeletionTimestamp == nil:
	case st.Reason == reasonNodeLost:
		w.text = string(corev1.PodUnknown)
	case !terminal(st.Phase):
		w.text = "Terminating"
	}
}

// terminationText returns the reason of a termination, or else its signal or exit code.
func terminationText(t *corev1.ContainerStateTerminated) string {
	switch {
	case t.Reason != "":
		return t.Reason
	case t.Signal != 0:
		return "Signal:" + strconv.Itoa(int(t.Signal))
	}
	return "ExitCode:" + strconv.Itoa(int(t.ExitCode))
}

// restartCount is the RESTARTS column of some containers (S92).
type restartCount struct {
	n    int
	last time.Time // the latest end of a previous instance; zero if unknown
}

func (r *restartCount) add(s *corev1.ContainerStatus) {
	r.n += int(s.RestartCount)
	if t := s.LastTerminationState.Terminated; t != nil && r.last.Before(t.FinishedAt.Time) {
		r.last = t.FinishedAt.Time
	}
}

func (r *restartCount) text(now time.Time) string {
	n := strconv.Itoa(r.n)
	if r.n == 0 || r.last.IsZero() {
		return n
	}
	return n + " (" + age(r.last, now) + " ago)"
}

// age returns the time since t as kubectl prints it (S93).
func age(t, now time.Time) string {
	if t.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(now.Sub(t))
}

func gatesColumn(pod *corev1.Pod) string {
	gates := pod.Spec.ReadinessGates
	if len(gates) == 0 {
		return "<none>"
	}
	n := 0
	for i := range gates {
		if isTrue(pod.Status.Conditions, gates[i].ConditionType) {
			n++
		}
	}
	return ratio(n, len(gates))
}

func ratio(a, b int) string { return strconv.Itoa(a) + "/" + strconv.Itoa(b) }

func isSidecar(c *corev1.Container) bool { return restart.RoleOf(c, true) == restart.Sidecar }
