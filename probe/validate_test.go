package probe

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func lines(errs field.ErrorList) []string {
	var out []string
	for _, err := range errs {
		out = append(out, err.Error())
	}
	return out
}

func ptr[T any](v T) *T { return &v }

func TestP2OnlyZeroesGetDefaults(t *testing.T) {
	p := &corev1.Probe{TimeoutSeconds: -1, FailureThreshold: 7}
	p.GRPC = &corev1.GRPCAction{}
	p.HTTPGet = &corev1.HTTPGetAction{}
	SetDefaults(p)
	if p.TimeoutSeconds != -1 || p.PeriodSeconds != 10 || p.SuccessThreshold != 1 || p.FailureThreshold != 7 || p.InitialDelaySeconds != 0 {
		t.Errorf("numbers after defaulting: %+v", p)
	}
	if p.HTTPGet.Path != "/" || p.HTTPGet.Scheme != corev1.URISchemeHTTP || p.HTTPGet.Host != "" || *p.GRPC.Service != "" {
		t.Errorf("handlers after defaulting: %+v %+v", p.HTTPGet, p.GRPC)
	}
}

func TestP7HooksGetHTTPDefaults(t *testing.T) {
	l := &corev1.Lifecycle{
		PostStart: &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/x"}},
		PreStop:   &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Scheme: corev1.URISchemeHTTPS}},
	}
	SetLifecycleDefaults(l)
	if l.PostStart.HTTPGet.Path != "/x" || l.PostStart.HTTPGet.Scheme != "HTTP" || l.PreStop.HTTPGet.Path != "/" || l.PreStop.HTTPGet.Scheme != "HTTPS" {
		t.Errorf("after defaulting: %+v %+v", l.PostStart.HTTPGet, l.PreStop.HTTPGet)
	}
}

func TestProbesAreRefusedInTheWordsOfTheAPIServer(t *testing.T) {
	httpGet := func(port intstr.IntOrString) func(*corev1.Probe) {
		return func(p *corev1.Probe) {
			p.Exec, p.HTTPGet = nil, &corev1.HTTPGetAction{Path: "/", Port: port, Scheme: corev1.URISchemeHTTP}
		}
	}
	const between = "p.httpGet.port: Invalid value: %: must be between 1 and 65535, inclusive"
	cases := []struct {
		rule   string
		kind   Kind
		change func(*corev1.Probe)
		want   []string
	}{
		{"sound", Liveness, func(p *corev1.Probe) {}, nil},
		{"P10", Readiness, func(p *corev1.Probe) { p.InitialDelaySeconds, p.FailureThreshold = -2, -1 }, []string{
			"p.initialDelaySeconds: Invalid value: -2: must be greater than or equal to 0",
			"p.failureThreshold: Invalid value: -1: must be greater than or equal to 0",
		}},
		{"P11: a negative successThreshold is two errors", Startup, func(p *corev1.Probe) { p.SuccessThreshold = -1 }, []string{
			"p.successThreshold: Invalid value: -1: must be greater than or equal to 0",
			"p.successThreshold: Invalid value: -1: must be 1",
		}},
		{"P11: readiness may want more successes", Readiness, func(p *corev1.Probe) { p.SuccessThreshold = 3 }, nil},
		{"P11: a grace period of 0 for readiness is two errors", Readiness, func(p *corev1.Probe) { p.TerminationGracePeriodSeconds = ptr(int64(0)) }, []string{
			"p.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0",
			"p.terminationGracePeriodSeconds: Invalid value: 0: must not be set for readinessProbes",
		}},
		{"P12: none", Liveness, func(p *corev1.Probe) { p.Exec = nil }, []string{"p: Required value: must specify a handler type"}},
		{"P12: the later ones are not looked into", Liveness, func(p *corev1.Probe) {
			p.HTTPGet, p.GRPC = &corev1.HTTPGetAction{}, &corev1.GRPCAction{}
		}, []string{
			"p.httpGet: Forbidden: may not specify more than 1 handler type",
			"p.grpc: Forbidden: may not specify more than 1 handler type",
		}},
		{"P13", Liveness, func(p *corev1.Probe) { p.Exec.Command = nil }, []string{"p.exec.command: Required value"}},
		{"P14: path, scheme, header", Liveness, func(p *corev1.Probe) {
			p.Exec, p.HTTPGet = nil, &corev1.HTTPGetAction{Port: intstr.FromInt32(80), Scheme: "http", HTTPHeaders: []corev1.HTTPHeader{{Name: "X_Y"}}}
		}, []string{
			"p.httpGet.path: Required value",
			`p.httpGet.scheme: Unsupported value: "http": supported values: "HTTP", "HTTPS"`,
			`p.httpGet.httpHeaders: Invalid value: "X_Y": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
		}},
		{"P15", Liveness, func(p *corev1.Probe) { p.Exec, p.GRPC = nil, &corev1.GRPCAction{Port: 65536} }, []string{
			"p.grpc.port: Invalid value: 65536: must be between 1 and 65535, inclusive",
		}},
		{"P16: 0", Liveness, httpGet(intstr.FromInt32(0)), []string{strings.Replace(between, "%", "0", 1)}},
		{"P16: a number in quotes", Liveness, httpGet(intstr.FromString("8080")), []string{
			`p.httpGet.port: Invalid value: "8080": must contain at least one letter (a-z)`,
		}},
		{"P16: every condition", Liveness, httpGet(intstr.FromString("-01--23456789_0-")), []string{
			`p.httpGet.port: Invalid value: "-01--23456789_0-": must be no more than 15 characters`,
			`p.httpGet.port: Invalid value: "-01--23456789_0-": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
			`p.httpGet.port: Invalid value: "-01--23456789_0-": must contain at least one letter (a-z)`,
			`p.httpGet.port: Invalid value: "-01--23456789_0-": must not contain consecutive hyphens`,
			`p.httpGet.port: Invalid value: "-01--23456789_0-": must not begin or end with a hyphen`,
		}},
	}
	for _, c := range cases {
		p := execProbe()
		c.change(p)
		if got := lines(Validate(p, c.kind, field.NewPath("p"))); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n\t%q\nwant\n\t%q", c.rule, got, c.want)
		}
	}
	if errs := Validate(nil, Liveness, nil); errs != nil {
		t.Errorf("no probe: %v", errs)
	}
}

func TestHooksAreRefusedInTheWordsOfTheAPIServer(t *testing.T) {
	sleep := func(s int64) *corev1.Lifecycle {
		return &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: s}}}
	}
	signal := func(s corev1.Signal) *corev1.Lifecycle { return &corev1.Lifecycle{StopSignal: &s} }
	grace := LifecycleRules{GracePeriodSeconds: ptr(int64(30))}
	on := func(os corev1.OSName) LifecycleRules {
		return LifecycleRules{StopSignals: true, OS: &corev1.PodOS{Name: os}}
	}
	tooLong := "l.preStop.sleep: Invalid value: %: must be non-negative and less than terminationGracePeriodSeconds (30)"
	cases := []struct {
		rule  string
		hooks *corev1.Lifecycle
		rules LifecycleRules
		want  []string
	}{
		{"no hooks", nil, grace, nil},
		{"P19: zero", sleep(0), grace, nil},
		{"P19: equality", sleep(30), grace, nil},
		{"P19: longer", sleep(31), grace, []string{strings.Replace(tooLong, "%", "31", 1)}},
		{"P19: negative", sleep(-1), grace, []string{strings.Replace(tooLong, "%", "-1", 1)}},
		{"P19: no bound known", sleep(31), LifecycleRules{}, nil},
		{"P12: an empty hook", &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{}}, grace, []string{"l.postStart: Required value: must specify a handler type"}},
		{"P20: the gate is off", signal("SIGX"), grace, nil},
		{"P20: no os", signal("SIGTERM"), LifecycleRules{StopSignals: true}, []string{"l.stopSignal: Forbidden: may not be set for containers with empty `spec.os.name`"}},
		{"P20: linux", signal("SIGRTMIN+3"), on(corev1.Linux), nil},
		{"P20: windows", signal("SIGHUP"), on(corev1.Windows), []string{`l.stopSignal: Unsupported value: "SIGHUP": supported values: "SIGKILL", "SIGTERM"`}},
	}
	for _, c := range cases {
		if got := lines(ValidateLifecycle(c.hooks, c.rules, field.NewPath("l"))); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n\t%q\nwant\n\t%q", c.rule, got, c.want)
		}
	}
	errs := ValidateLifecycle(signal("SIGX"), on(corev1.Linux), field.NewPath("l"))
	if len(errs) != 1 || strings.Count(errs[0].Detail, "SIG") != 65 {
		t.Errorf("P20: an unknown signal on linux: %v", errs)
	}
}

// FuzzValidate checks that whatever decodes as a probe is either refused or compiled. No
// input may make the package panic or change the probe.
func FuzzValidate(f *testing.F) {
	f.Add([]byte(`{"exec":{"command":["a"]}}`), uint8(1))
	f.Add([]byte(`{"httpGet":{"port":"x--","httpHeaders":[{"name":""}]},"successThreshold":-1}`), uint8(2))
	f.Add([]byte(`{"grpc":{"port":99999},"terminationGracePeriodSeconds":0,"periodSeconds":-5}`), uint8(3))
	f.Fuzz(func(t *testing.T, text []byte, kind uint8) {
		var p corev1.Probe
		if json.Unmarshal(text, &p) != nil {
			return
		}
		SetDefaults(&p)
		k := Kinds[int(kind)%len(Kinds)]
		before := p.DeepCopy()
		errs := Validate(&p, k, field.NewPath("p"))
		if before.String() != p.String() {
			t.Error("validation modified the probe")
		}
		if len(errs) == 0 {
			NewWorker(k, Compile(&p), Options{FirstPass: start})
		}
	})
}
