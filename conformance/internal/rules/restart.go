package rules

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/restart"
)

// Restart is what follows from one exit.
var Restart = corpus.Kind{Name: "restart", Recorded: []string{"output"}, Replay: corpus.Exact(replayRestart)}

// restartRecord is the policy of one container and an exit code, and what follows.
type restartRecord struct {
	ID     int           `json:"id"`
	Input  restartInput  `json:"input"`
	Output restartOutput `json:"output"`
}

type restartInput struct {
	FeatureGates           corpus.FeatureGates            `json:"featureGates"`
	PodRestartPolicy       corev1.RestartPolicy           `json:"podRestartPolicy"`
	Kind                   string                         `json:"kind"`
	ContainerRestartPolicy *corev1.ContainerRestartPolicy `json:"containerRestartPolicy"`
	RestartPolicyRules     []corev1.ContainerRestartRule  `json:"restartPolicyRules"`
	ExitCode               int32                          `json:"exitCode"`
}

type restartOutput struct {
	ShouldRestart      bool            `json:"shouldRestart"`
	ShouldBeRestarted  bool            `json:"shouldBeRestarted"`
	WhenDeleting       bool            `json:"whenDeleting"`
	WhenUnknown        bool            `json:"whenUnknown"`
	WhenCreated        bool            `json:"whenCreated"`
	WhenAbsent         bool            `json:"whenAbsent"`
	MatchedRule        int             `json:"matchedRule"`
	Restartable        bool            `json:"restartable"`
	Sidecar            bool            `json:"sidecar"`
	RestartAll         bool            `json:"restartAll"`
	AllCouldRestart    bool            `json:"allCouldRestart"`
	PhaseIfTerminated  corev1.PodPhase `json:"phaseIfTerminated"`
	PhaseIfBackingOff  corev1.PodPhase `json:"phaseIfBackingOff"`
	PhaseIfPodTerminal corev1.PodPhase `json:"phaseIfPodTerminal"`
}

func replayRestart(record []byte) (string, error) {
	var r restartRecord
	if err := corpus.DecodeStrictly(record, &r); err != nil {
		return "", err
	}
	got, err := r.Input.play()
	if err != nil {
		return "", err
	}
	return diff(r.Output, got), nil
}

func (in restartInput) play() (restartOutput, error) {
	gates, err := in.FeatureGates.Restart()
	if err != nil {
		return restartOutput{}, err
	}
	pod := in.pod()
	app, init := &pod.Spec.Containers[0], in.Kind == "init"
	if init {
		app = &pod.Spec.InitContainers[0]
	}
	compile := func(g restart.Gates) restart.Policy {
		return restart.Compile(restart.RoleOf(app, init), pod.Spec.RestartPolicy, app, g)
	}
	policy := compile(gates)
	// Four functions of the kubelet read the fields whatever the gates are; the first of them
	// knows one gate. Their callers check the gates before.
	byPolicy := compile(restart.Gates{DisableRestartAllContainers: gates.DisableRestartAllContainers})
	written := compile(restart.Gates{})
	asked := written.OnExit(in.ExitCode)

	phase := in.phases(pod, gates)
	return restartOutput{
		ShouldRestart:      byPolicy.Restarts(in.ExitCode),
		ShouldBeRestarted:  policy.Due(restart.StateExited, in.ExitCode, false),
		WhenDeleting:       policy.Due(restart.StateExited, in.ExitCode, true),
		WhenUnknown:        policy.Due(restart.StateUnknown, in.ExitCode, false),
		WhenCreated:        policy.Due(restart.StateCreated, in.ExitCode, false),
		WhenAbsent:         policy.Due(restart.StateAbsent, in.ExitCode, false),
		MatchedRule:        asked.Rule,
		Restartable:        written.MayEverRestart(),
		Sidecar:            policy.Role() == restart.Sidecar,
		RestartAll:         asked.AllContainers,
		AllCouldRestart:    restart.MayRestartAll(&pod.Spec, restart.Gates{}),
		PhaseIfTerminated:  phase(in.terminated(), false),
		PhaseIfBackingOff:  phase(in.backingOff(), false),
		PhaseIfPodTerminal: phase(in.terminated(), true),
	}, nil
}

// pod returns the record's pod: app alone, or as an init container beside main.
func (in restartInput) pod() *corev1.Pod {
	app := corev1.Container{Name: "app", RestartPolicy: in.ContainerRestartPolicy,
		RestartPolicyRules: in.RestartPolicyRules}
	pod := &corev1.Pod{Spec: corev1.PodSpec{RestartPolicy: in.PodRestartPolicy}}
	if in.Kind == "init" {
		pod.Spec.InitContainers = []corev1.Container{app}
		pod.Spec.Containers = []corev1.Container{{Name: "main"}}
	} else {
		pod.Spec.Containers = []corev1.Container{app}
	}
	return pod
}

// phases returns a function that computes the pod's phase from the status of app.
func (in restartInput) phases(pod *corev1.Pod, g restart.Gates) func(corev1.ContainerStatus, bool) corev1.PodPhase {
	rules := podphase.Compile(pod, g)
	return func(app corev1.ContainerStatus, terminal bool) corev1.PodPhase {
		st := corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{app}}
		if in.Kind == "init" {
			st.InitContainerStatuses = st.ContainerStatuses
			st.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", State: waitingState("PodInitializing")}}
		}
		return rules.Phase(&st, terminal, false)
	}
}

func (in restartInput) terminated() corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: "app", State: exitedState(in.ExitCode)}
}

func (in restartInput) backingOff() corev1.ContainerStatus {
	return corev1.ContainerStatus{
		Name: "app", State: waitingState(restart.ReasonCrashLoopBackOff), LastTerminationState: exitedState(in.ExitCode),
	}
}

func waitingState(reason string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}
}

func exitedState(code int32) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code}}
}
