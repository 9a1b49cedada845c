package lifecycle_test

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// Random but legal pods, answers and facts.

var epoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

func pick[T any](t *rapid.T, what string, from ...T) T { return rapid.SampledFrom(from).Draw(t, what) }

func drawPod(t *rapid.T) *corev1.Pod {
	pod := &corev1.Pod{}
	pod.Name, pod.Namespace = "p", "ns"
	if rapid.Bool().Draw(t, "static") {
		pod.Annotations = map[string]string{"kubernetes.io/config.source": "file"}
	}
	pod.Spec.RestartPolicy = pick(t, "policy", corev1.RestartPolicyAlways, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever)
	pod.Spec.TerminationGracePeriodSeconds = pick(t, "grace", nil, ptr(int64(1)), ptr(int64(20)))
	pod.Spec.ActiveDeadlineSeconds = pick(t, "deadline", nil, nil, ptr(int64(30)))
	for i := range rapid.IntRange(0, 2).Draw(t, "init list") {
		c := drawContainer(t, "init-"+string(rune('a'+i)))
		if rapid.Bool().Draw(t, "sidecar") {
			c.RestartPolicy = ptr(corev1.ContainerRestartPolicyAlways)
			drawProbes(t, &c)
		} else {
			drawRules(t, &c)
			c.Lifecycle = nil
		}
		pod.Spec.InitContainers = append(pod.Spec.InitContainers, c)
	}
	for i := range rapid.IntRange(1, 2).Draw(t, "regular") {
		c := drawContainer(t, string(rune('a'+i)))
		drawProbes(t, &c)
		drawRules(t, &c)
		pod.Spec.Containers = append(pod.Spec.Containers, c)
	}
	return pod
}

func drawContainer(t *rapid.T, name string) corev1.Container {
	c := corev1.Container{Name: name, Image: pick(t, "image", "app:1", "app", "App:1")}
	c.ImagePullPolicy = pick(t, "pull policy", "", corev1.PullNever, corev1.PullIfNotPresent)
	if rapid.Bool().Draw(t, "hooks") {
		c.Lifecycle = &corev1.Lifecycle{PostStart: drawHook(t), PreStop: drawHook(t)}
	}
	return c
}

func drawHook(t *rapid.T) *corev1.LifecycleHandler {
	return pick(t, "hook", nil,
		&corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"hook"}}},
		&corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 1}},
		&corev1.LifecycleHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(1)}})
}

func drawProbes(t *rapid.T, c *corev1.Container) {
	c.StartupProbe = drawProbe(t, "startup")
	c.ReadinessProbe = drawProbe(t, "readiness")
	c.LivenessProbe = drawProbe(t, "liveness")
}

func drawProbe(t *rapid.T, kind string) *corev1.Probe {
	if rapid.Bool().Draw(t, "no "+kind) {
		return nil
	}
	p := &corev1.Probe{PeriodSeconds: int32(rapid.IntRange(1, 3).Draw(t, "period")), FailureThreshold: 1}
	p.Exec = &corev1.ExecAction{Command: []string{kind}}
	if rapid.Bool().Draw(t, "tcp") {
		p.ProbeHandler = corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(1)}}
	}
	return p
}

func drawRules(t *rapid.T, c *corev1.Container) {
	action := pick(t, "rule", "", corev1.ContainerRestartRuleActionRestart, corev1.ContainerRestartRuleActionRestartAllContainers)
	if action == "" {
		return
	}
	c.RestartPolicy = ptr(pick(t, "own policy", corev1.ContainerRestartPolicyNever, corev1.ContainerRestartPolicyOnFailure))
	c.RestartPolicyRules = []corev1.ContainerRestartRule{{Action: action, ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{
		Operator: corev1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{2},
	}}}
}

// drawConfig leaves Standalone off: without an API server restart counts are
// lost with the kubelet.
func drawConfig(t *rapid.T) lifecycle.Config {
	return lifecycle.Config{
		Without: pick(t, "without", 0, lifecycle.Quirk(rapid.Uint16Range(0, 2047).Draw(t, "quirks"))),
		NoLogs:  rapid.Bool().Draw(t, "no logs"),
	}
}

// answerTo is the good answer to a request.
func answerTo(a *lifecycle.Action) lifecycle.Event {
	ev := lifecycle.Event{Op: a.Op, Instance: a.Instance, Container: a.Container}
	switch a.Type {
	case lifecycle.RunSandbox:
		ev.Type, ev.IP = lifecycle.SandboxStarted, "10.0.0.1"
	case lifecycle.StopSandbox:
		ev.Type = lifecycle.SandboxStopped
	case lifecycle.RemoveSandbox:
		ev.Type = lifecycle.SandboxRemoved
	case lifecycle.InspectImage:
		ev.Type, ev.Present = lifecycle.ImageInspected, true
	case lifecycle.PullImage:
		ev.Type = lifecycle.ImagePulled
	case lifecycle.CreateContainer:
		ev.Type = lifecycle.ContainerCreated
	case lifecycle.StartContainer:
		ev.Type = lifecycle.ContainerStarted
	case lifecycle.StopContainer:
		ev.Type = lifecycle.ContainerStopped
	case lifecycle.RemoveContainer:
		ev.Type = lifecycle.ContainerRemoved
	case lifecycle.RunHook:
		ev.Type = lifecycle.HookFinished
	case lifecycle.RunProbe:
		ev.Type, ev.Probe, ev.Attempt = lifecycle.ProbeFinished, a.Probe, a.Attempt
		ev.Answer = probe.Answer{Outcome: probe.OutcomeSuccess}
	}
	return ev
}

func drawAnswer(t *rapid.T, a *lifecycle.Action) lifecycle.Event {
	ev := answerTo(a)
	if rapid.IntRange(0, 3).Draw(t, "goes wrong") > 0 {
		return ev
	}
	ev.Err = pick(t, "error", "went wrong", "went wrong: \xc3")
	ev.ErrReason = pick(t, "reason", "", "PreStartHookError", "CreateContainerConfigError", "FailedPodSandBoxStatus")
	ev.Answer = pick(t, "answer", probe.Answer{Outcome: probe.OutcomeFailure}, probe.Answer{Err: "no runtime"})
	return ev
}

// drawStray is an answer to a question that may never have been asked.
func drawStray(t *rapid.T) lifecycle.Event {
	return lifecycle.Event{
		Type: pick(t, "stray", lifecycle.SandboxStarted, lifecycle.SandboxStopped, lifecycle.SandboxRemoved, lifecycle.ImageInspected,
			lifecycle.ImagePulled, lifecycle.ContainerCreated, lifecycle.ContainerStarted, lifecycle.ContainerExited,
			lifecycle.ContainerUnknown, lifecycle.ContainerStopped, lifecycle.ContainerRemoved, lifecycle.HookFinished, lifecycle.ProbeFinished, lifecycle.SandboxDied),
		Op:        uint64(rapid.IntRange(0, 60).Draw(t, "op")),
		Instance:  uint64(rapid.IntRange(0, 60).Draw(t, "instance")),
		Container: rapid.IntRange(-1, 5).Draw(t, "container"),
		Probe:     pick(t, "probe", 0, probe.Startup, probe.Readiness, probe.Liveness),
		Attempt:   uint64(rapid.IntRange(0, 9).Draw(t, "attempt")),
		Present:   true,
	}
}

func drawFact(t *rapid.T, c *chaos) lifecycle.Event {
	ev := lifecycle.Event{Type: pick(t, "fact", lifecycle.PodDeleted, lifecycle.PodRemoved, lifecycle.PodEvicted, lifecycle.PodUpdated,
		lifecycle.PodRefused, lifecycle.ConditionSet, lifecycle.NameTaken, lifecycle.NameFree, lifecycle.NodeLost, lifecycle.NodeReturned,
		lifecycle.KubeletRestarted, lifecycle.KubeletRestarted, lifecycle.SandboxDied)}
	switch ev.Type {
	case lifecycle.PodDeleted:
		ev.Grace = pick(t, "deletion", nil, ptr(int64(-1)), ptr(int64(0)), ptr(int64(5)))
	case lifecycle.PodEvicted, lifecycle.PodRefused:
		ev.Eviction = &lifecycle.Eviction{Reason: "Evicted", Message: "low", EventReason: "Evicted", Disruption: true,
			Grace: pick(t, "eviction", nil, ptr(int64(1)))}
	case lifecycle.ConditionSet:
		ev.Condition = &corev1.PodCondition{Type: "example.org/gate", Status: pick(t, "gate", corev1.ConditionTrue, corev1.ConditionFalse),
			LastTransitionTime: metav1.Time{Time: c.now}}
	case lifecycle.KubeletRestarted:
		ev.KeepMemory = rapid.Bool().Draw(t, "keeps its memory")
	case lifecycle.PodUpdated:
		pod := c.pod.Template().Pod().DeepCopy()
		pod.Spec.Containers[0].Image = pick(t, "new image", "app:1", "app:2")
		if rapid.IntRange(0, 4).Draw(t, "drops its probes") == 0 { // which is not taken (P24)
			pod.Spec.Containers[0].StartupProbe, pod.Spec.Containers[0].LivenessProbe = nil, nil
		}
		ev.Template = compile(t, pod, c.config)
	}
	return ev
}

func compile(t *rapid.T, pod *corev1.Pod, config lifecycle.Config) *lifecycle.Template {
	template, err := lifecycle.Compile(pod, config)
	if err != nil {
		t.Fatalf("a legal pod: %v", err)
	}
	return template
}

// drawWait is a time span from nothing to beyond the longest back-off.
func drawWait(t *rapid.T) time.Duration {
	return pick(t, "wait", 0, time.Millisecond, time.Second, 7*time.Second, time.Minute, 11*time.Minute) +
		time.Duration(rapid.IntRange(0, 999).Draw(t, "ms"))*time.Millisecond
}

func ptr[T any](v T) *T { return &v }
