package podphase_test

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/restart"
)

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// builder makes a pod with one status for each container.
type builder struct{ pod corev1.Pod }

func newPod(policy corev1.RestartPolicy) *builder {
	return &builder{pod: corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Generation: 3, CreationTimestamp: metav1.NewTime(epoch)},
		Spec:       corev1.PodSpec{RestartPolicy: policy},
	}}
}

// status is a container's status without its name. If nil, the container has none.
type status = *corev1.ContainerStatus

func named(name string, s status) []corev1.ContainerStatus {
	if s == nil {
		return nil
	}
	named := *s
	named.Name = name
	return []corev1.ContainerStatus{named}
}

func (b *builder) regular(name string, s status) *builder {
	b.pod.Spec.Containers = append(b.pod.Spec.Containers, corev1.Container{Name: name})
	b.pod.Status.ContainerStatuses = append(b.pod.Status.ContainerStatuses, named(name, s)...)
	return b
}

func (b *builder) init(name string, s status) *builder {
	b.pod.Spec.InitContainers = append(b.pod.Spec.InitContainers, corev1.Container{Name: name})
	b.pod.Status.InitContainerStatuses = append(b.pod.Status.InitContainerStatuses, named(name, s)...)
	return b
}

func (b *builder) sidecar(name string, s status) *builder {
	b.init(name, s)
	always := corev1.ContainerRestartPolicyAlways
	b.pod.Spec.InitContainers[len(b.pod.Spec.InitContainers)-1].RestartPolicy = &always
	return b
}

// rule gives the last regular container a policy and a rule that restarts it after a code.
func (b *builder) rule(policy corev1.ContainerRestartPolicy, code int32) *builder {
	c := &b.pod.Spec.Containers[len(b.pod.Spec.Containers)-1]
	c.RestartPolicy = &policy
	c.RestartPolicyRules = []corev1.ContainerRestartRule{{
		Action: corev1.ContainerRestartRuleActionRestart,
		ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{
			Operator: corev1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{code},
		},
	}}
	return b
}

func (b *builder) phase(p corev1.PodPhase) *builder {
	b.pod.Status.Phase = p
	return b
}

func (b *builder) reason(r string) *builder {
	b.pod.Status.Reason = r
	return b
}

func (b *builder) condition(t corev1.PodConditionType, s corev1.ConditionStatus) *builder {
	b.pod.Status.Conditions = append(b.pod.Status.Conditions, corev1.PodCondition{Type: t, Status: s})
	return b
}

func (b *builder) gate(t corev1.PodConditionType) *builder {
	b.pod.Spec.ReadinessGates = append(b.pod.Spec.ReadinessGates, corev1.PodReadinessGate{ConditionType: t})
	return b
}

func (b *builder) deleted() *builder {
	at := metav1.NewTime(epoch)
	b.pod.DeletionTimestamp = &at
	return b
}

func (b *builder) static() *builder {
	b.pod.Annotations = map[string]string{"kubernetes.io/config.source": "file"}
	return b
}

func (b *builder) compile() *podphase.Rules { return podphase.Compile(&b.pod, restart.Gates{}) }

func waiting(reason string) status {
	return &corev1.ContainerStatus{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}}
}

func running() status {
	yes := true
	return &corev1.ContainerStatus{Started: &yes, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
}

// starting returns a running container whose startup probe has not succeeded yet.
func starting() status {
	no := false
	return &corev1.ContainerStatus{Started: &no, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
}

func ready() status {
	s := running()
	s.Ready = true
	return s
}

// exited returns a container that is terminated with a code and the usual reason.
func exited(code int32) status {
	reason := "Error"
	if code == 0 {
		reason = "Completed"
	}
	return exitedFor(reason, code)
}

func exitedFor(reason string, code int32) status {
	return &corev1.ContainerStatus{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason}}}
}

// done returns an init container that succeeded.
func done() status {
	s := exited(0)
	s.Ready = true
	return s
}

// after adds the termination of the previous instance.
func after(code int32, s status) status { return afterFor("Error", code, s) }

func afterFor(reason string, code int32, s status) status {
	s.LastTerminationState = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason}}
	return s
}

// restarted adds a restart count and the end of the previous instance.
func restarted(n int32, ended time.Time, s status) status {
	s = after(1, s)
	s.RestartCount = n
	s.LastTerminationState.Terminated.FinishedAt = metav1.NewTime(ended)
	return s
}
