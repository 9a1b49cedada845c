package apiserver

import (
	"encoding/json"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/restart"
)

func validPod() *corev1.Pod {
	return &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:1"}}}}
}

func badTCPProbe() *corev1.Probe {
	return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(0)}}}
}

func TestPodsAreRefusedInTheWordsOfTheAPIServer(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	signal := corev1.SIGTERM
	cases := []struct {
		reason string
		gates  Gates
		change func(*corev1.Pod)
		want   []string
	}{
		{reason: "sound", change: func(p *corev1.Pod) {}},
		{reason: "no containers", change: func(p *corev1.Pod) { p.Spec.Containers = nil },
			want: []string{"spec.containers: Required value"}},
		{reason: "names and images", change: func(p *corev1.Pod) {
			p.Name, p.Namespace = "Bad", "a.b"
			p.Spec.Containers = []corev1.Container{{Name: "a", Image: " x"}, {Name: "a", Image: "x"}, {Image: "x"}, {Name: "b"}}
			p.Spec.InitContainers = []corev1.Container{{Name: "b", Image: "x"}}
		}, want: []string{
			`metadata.name: Invalid value: "Bad": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
			`metadata.namespace: Invalid value: "a.b": must not contain dots`,
			`spec.containers[1].name: Duplicate value: "a"`,
			"spec.containers[2].name: Required value",
			"spec.containers[3].image: Required value",
			`spec.initContainers[0].name: Duplicate value: "b"`,
			`spec.containers[0].image: Invalid value: " x": must not have leading or trailing whitespace`,
		}},
		{reason: "ports", change: func(p *corev1.Pod) {
			p.Spec.Containers[0].Ports = []corev1.ContainerPort{
				{Name: "web", ContainerPort: 80, HostPort: 80}, {Name: "web", HostPort: 70000}, {ContainerPort: 99999, Protocol: "ICMP"},
				{ContainerPort: 81, HostPort: 80},
			}
		}, want: []string{
			`spec.containers[0].ports[1].name: Duplicate value: "web"`,
			"spec.containers[0].ports[1].containerPort: Required value",
			"spec.containers[0].ports[1].hostPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
			"spec.containers[0].ports[2].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive",
			`spec.containers[0].ports[2].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"`,
			`spec.containers[0].ports[3].hostPort: Duplicate value: "TCP//80"`,
		}},
		{reason: "pull policy, message policy", change: func(p *corev1.Pod) {
			p.Spec.Containers[0].ImagePullPolicy, p.Spec.Containers[0].TerminationMessagePolicy = "Sometimes", "None"
		}, want: []string{
			`spec.containers[0].terminationMessagePolicy: Unsupported value: "None": supported values: "File", "FallbackToLogsOnError"`,
			`spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
		}},
		{reason: "P17: probes of init containers", change: func(p *corev1.Pod) {
			p.Spec.InitContainers = []corev1.Container{
				{Name: "init", Image: "x", StartupProbe: badTCPProbe(), Lifecycle: &corev1.Lifecycle{}},
				{Name: "sidecar", Image: "x", StartupProbe: badTCPProbe(), RestartPolicy: &always},
			}
		}, want: []string{
			"spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always",
			"spec.initContainers[0].startupProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
			"spec.initContainers[1].startupProbe.tcpSocket.port: Invalid value: 0: must be between 1 and 65535, inclusive",
		}},
		{reason: "P18: ephemeral containers", change: func(p *corev1.Pod) {
			p.Spec.EphemeralContainers = []corev1.EphemeralContainer{{TargetContainerName: "nobody", EphemeralContainerCommon: corev1.EphemeralContainerCommon{
				Name: "debug", Image: "x", Ports: []corev1.ContainerPort{{ContainerPort: 1}}, LivenessProbe: badTCPProbe(), Lifecycle: &corev1.Lifecycle{}}}}
		}, want: []string{
			`spec.ephemeralContainers[0].targetContainerName: Not found: "nobody"`,
			"spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container",
			"spec.ephemeralContainers[0].livenessProbe: Forbidden: cannot be set for an Ephemeral Container",
			"spec.ephemeralContainers[0].lifecycle: Forbidden: cannot be set for an Ephemeral Container",
		}},
		{reason: "P19: a negative grace period counts as 1", change: func(p *corev1.Pod) {
			grace := int64(-30)
			p.Spec.TerminationGracePeriodSeconds = &grace
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 2}}}
		}, want: []string{
			"spec.containers[0].lifecycle.preStop.sleep: Invalid value: 2: must be non-negative and less than terminationGracePeriodSeconds (1)",
		}},
		{reason: "P20: with the gate off the signal is dropped", change: func(p *corev1.Pod) {
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{StopSignal: &signal}
		}},
		{reason: "P20: with the gate on it needs an os", gates: Gates{ContainerStopSignals: true}, change: func(p *corev1.Pod) {
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{StopSignal: &signal}
		}, want: []string{"spec.containers[0].lifecycle.stopSignal: Forbidden: may not be set for containers with empty `spec.os.name`"}},
		{reason: "P21: policy and deadline", change: func(p *corev1.Pod) {
			zero := int64(0)
			p.Spec.RestartPolicy, p.Spec.ActiveDeadlineSeconds = "Once", &zero
			p.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "a/b/c"}}
		}, want: []string{
			`spec.restartPolicy: Unsupported value: "Once": supported values: "Always", "OnFailure", "Never"`,
			`spec.readinessGates[0].conditionType: Invalid value: "a/b/c": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
			"spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive",
		}},
		{reason: "P23: with the gate off the policy is dropped", gates: Gates{Restart: restart.Gates{DisableContainerRestartRules: true}},
			change: func(p *corev1.Pod) { p.Spec.Containers[0].RestartPolicy = &always }},
	}
	for _, c := range cases {
		pod := validPod()
		c.change(pod)
		c.gates.SetDefaults(pod)
		c.gates.DropDisabled(pod)
		var got []string
		for _, err := range c.gates.Validate(pod) {
			got = append(got, err.Error())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n\t%q\nwant\n\t%q", c.reason, got, c.want)
		}
	}
}

func TestP21WithoutDefaultsTheGracePeriodIsMissing(t *testing.T) {
	pod := validPod()
	SetDefaults(pod)
	pod.Spec.TerminationGracePeriodSeconds = nil
	if errs := Validate(pod); len(errs) != 1 || errs[0].Error() != "spec.terminationGracePeriodSeconds: Required value" {
		t.Errorf("errors %v", errs)
	}
}

func TestI1TheDefaultPullPolicyFollowsTheTag(t *testing.T) {
	digest := "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for image, want := range map[string]corev1.PullPolicy{
		"app":                      corev1.PullAlways,
		"app:latest":               corev1.PullAlways,
		"host:5000/app":            corev1.PullAlways,
		"app:1.2":                  corev1.PullIfNotPresent,
		"app" + digest:             corev1.PullIfNotPresent,
		"app:latest" + digest:      corev1.PullAlways,
		"app:1.2" + digest:         corev1.PullIfNotPresent,
		"NotAnImage!":              corev1.PullIfNotPresent,
		"host.example/a/b_c:v1-rc": corev1.PullIfNotPresent,
	} {
		pod := validPod()
		pod.Spec.Containers[0].Image = image
		SetDefaults(pod)
		if got := pod.Spec.Containers[0].ImagePullPolicy; got != want {
			t.Errorf("%s: %s, want %s", image, got, want)
		}
	}
}

func TestDefaultsReachEverySortOfContainer(t *testing.T) {
	pod := validPod()
	pod.Spec.InitContainers = []corev1.Container{{Name: "init", Image: "x"}}
	pod.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug", Image: "x"}}}
	SetDefaults(pod)
	spec := &pod.Spec
	for _, c := range []corev1.Container{spec.Containers[0], spec.InitContainers[0], corev1.Container(spec.EphemeralContainers[0].EphemeralContainerCommon)} {
		if c.ImagePullPolicy == "" || c.TerminationMessagePath != "/dev/termination-log" || c.TerminationMessagePolicy != corev1.TerminationMessageReadFile {
			t.Errorf("%s: %+v", c.Name, c)
		}
	}
	if spec.RestartPolicy != corev1.RestartPolicyAlways || *spec.TerminationGracePeriodSeconds != 30 {
		t.Errorf("pod: %s, %d", spec.RestartPolicy, *spec.TerminationGracePeriodSeconds)
	}
}

// FuzzValidate checks that no pod that decodes makes defaulting or validation panic, and
// that setting defaults twice is the same as setting them once.
func FuzzValidate(f *testing.F) {
	f.Add([]byte(`{"spec":{"containers":[{"name":"a","image":"b","livenessProbe":{"exec":{}}}]}}`))
	f.Add([]byte(`{"spec":{"initContainers":[{"restartPolicy":"Always","restartPolicyRules":[{}],"lifecycle":{"preStop":{"sleep":{}}}}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var pod corev1.Pod
		if json.Unmarshal(text, &pod) != nil {
			return
		}
		SetDefaults(&pod)
		once := pod.DeepCopy()
		SetDefaults(&pod)
		Validate(&pod)
		if once.String() != pod.String() {
			t.Error("defaulting twice, or validation, changed the pod")
		}
	})
}
