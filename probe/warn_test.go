package probe

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func TestWhatTheAPIServerAcceptsAndNeverWorksIsWarnedOf(t *testing.T) {
	http := func(port string) corev1.ProbeHandler {
		return corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Port: intstr.FromString(port)}}
	}
	tcp := func(port string) corev1.ProbeHandler {
		return corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromString(port)}}
	}
	hook := func(port string) *corev1.LifecycleHandler {
		return &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Port: intstr.FromString(port)}}
	}
	const unnamed = "container web has no port of that name: "
	cases := []struct {
		rule   string
		change func(*corev1.Container)
		want   []string
	}{
		{"P96: the names of its ports, numbers, no probes", func(c *corev1.Container) {
			c.ReadinessProbe, c.LivenessProbe = &corev1.Probe{ProbeHandler: http("http")}, &corev1.Probe{ProbeHandler: tcp("admin")}
			c.StartupProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(9)}}}
			c.Lifecycle = &corev1.Lifecycle{PostStart: hook("http"), PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{}}}
		}, nil},
		{"P98: readiness", func(c *corev1.Container) { c.ReadinessProbe = &corev1.Probe{ProbeHandler: http("htpp")} }, []string{
			`c.readinessProbe.httpGet.port: Not found: "htpp": ` + unnamed + "the probe errs each time and the container is never ready (P67); write one of its names, http, admin, or a number"}},
		{"P98: liveness", func(c *corev1.Container) { c.LivenessProbe = &corev1.Probe{ProbeHandler: tcp("htpp")} }, []string{
			`c.livenessProbe.tcpSocket.port: Not found: "htpp": ` + unnamed + "the probe errs each time and the container is never restarted for it (P67); write one of its names, http, admin, or a number"}},
		{"P98: startup, and no port has a name", func(c *corev1.Container) {
			c.StartupProbe, c.Ports = &corev1.Probe{ProbeHandler: http("http")}, []corev1.ContainerPort{{ContainerPort: 80}}
		}, []string{
			`c.startupProbe.httpGet.port: Not found: "http": ` + unnamed + "the probe errs each time and the container never counts as started (P67); write a number, or give a port that name"}},
		{"P98, C33, C44: hooks", func(c *corev1.Container) {
			c.Lifecycle = &corev1.Lifecycle{PostStart: hook("a"), PreStop: hook("b")}
		}, []string{
			`c.lifecycle.postStart.httpGet.port: Not found: "a": ` + unnamed + "the hook fails and the container is killed, each time (C33); write one of its names, http, admin, or a number",
			`c.lifecycle.preStop.httpGet.port: Not found: "b": ` + unnamed + "the hook fails at once, each time (C44); write one of its names, http, admin, or a number"}},
		{"C35", func(c *corev1.Container) {
			c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromString("wbe")}}}
		}, []string{
			`c.lifecycle.preStop: Unsupported value: "tcpSocket": the hook fails at once, each time (C44), for the kubelet has no such hook (C35); use httpGet or exec`}},
		{"P99: the last entry counts, $$ escapes", func(c *corev1.Container) {
			from := &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "status.podIP"}}
			c.Env = []corev1.EnvVar{{Name: "IP", Value: "a"}, {Name: "IP", ValueFrom: from}, {Name: "PORT", ValueFrom: from}, {Name: "PORT", Value: "80"}}
			c.LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"check", "$$(IP)$(PORT)$(NONE)", "$(IP)"}}}}
			c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"$(IP)"}}}} // C36
		}, []string{
			`c.livenessProbe.exec.command[2]: Invalid value: "$(IP)": $(IP) becomes nothing: a probe's command knows no valueFrom (P99); let a shell in the container look it up: sh -c '… $IP'`}},
	}
	for _, test := range cases {
		c := &corev1.Container{Name: "web", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 80}, {ContainerPort: 81}, {Name: "admin", ContainerPort: 82}}}
		test.change(c)
		if got := lines(Warnings(c, field.NewPath("c"))); !slices.Equal(got, test.want) {
			t.Errorf("%s:\n\t%q\nwant\n\t%q", test.rule, got, test.want)
		}
	}
}
