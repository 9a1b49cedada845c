//go:build linux

package process_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// chaos draws what happens.
type chaos struct{ *rand.Rand }

// one is true one time in n.
func (c chaos) one(n int) bool { return c.IntN(n) == 0 }

// upTo returns a time from 50 ms to d.
func (c chaos) upTo(d time.Duration) time.Duration {
	return 50*time.Millisecond + time.Duration(c.Int64N(int64(d-50*time.Millisecond)))
}

// draws pods for a soak test in a directory.
type drawer struct {
	chaos
	dir   string
	limit time.Duration
}

// pod draws a pod. The first one is sure to crash.
func (d drawer) pod(number int) *corev1.Pod {
	uid := types.UID(fmt.Sprintf("pod-%04d", number))
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "soak", Name: string(uid), UID: uid}}
	if number == 0 {
		p.Spec.Containers = []corev1.Container{d.container(uid, "app", 0, app{Lives: []life{{ExitAfter: d.upTo(time.Second), Code: 1}}})}
		return p
	}
	p.Spec.RestartPolicy = []corev1.RestartPolicy{corev1.RestartPolicyAlways, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever}[d.IntN(3)]
	p.Spec.TerminationGracePeriodSeconds = new(1 + d.Int64N(2))
	if d.one(5) {
		p.Annotations = map[string]string{"kubernetes.io/config.source": "file"}
	}
	if d.one(12) {
		p.Spec.ActiveDeadlineSeconds = new(2 + d.Int64N(8))
	}
	if d.one(4) {
		c := d.container(uid, "init", 0, app{Lives: []life{{ExitAfter: d.upTo(time.Second), Code: d.code()}, {ExitAfter: d.upTo(time.Second)}}})
		p.Spec.InitContainers = append(p.Spec.InitContainers, c)
	}
	if d.one(4) {
		c := d.container(uid, "sidecar", 20001, d.app())
		c.RestartPolicy = new(corev1.ContainerRestartPolicyAlways)
		d.probes(&c)
		p.Spec.InitContainers = append(p.Spec.InitContainers, c)
	}
	for n := range 1 + d.IntN(2) {
		c := d.container(uid, fmt.Sprint("app-", n), 20002+n, d.app())
		d.probes(&c)
		d.hooks(&c)
		p.Spec.Containers = append(p.Spec.Containers, c)
	}
	return p
}

func (d drawer) app() app {
	var a app
	for range 1 + d.IntN(3) {
		a.Lives = append(a.Lives, d.life())
	}
	if d.one(3) { // in the end it is well
		a.Lives = append(a.Lives, life{Deaf: d.one(2)})
	}
	return a
}

func (d drawer) life() life {
	l := life{Deaf: d.one(4), Lines: d.IntN(200), Code: d.code()}
	if d.one(3) {
		l.Children = 1 + d.IntN(2)
	}
	if d.one(3) {
		l.ReadyAfter = d.upTo(4 * time.Second)
	}
	switch d.IntN(5) {
	case 0:
		l.HangAfter = d.upTo(3 * time.Second)
	case 1, 2, 3:
		l.ExitAfter = d.upTo(6 * time.Second)
	}
	return l
}

func (d drawer) code() int { return []int{0, 1, 3, 255}[d.IntN(4)] }

func (d drawer) container(uid types.UID, name string, port int, a app) corev1.Container {
	if port != 0 && d.one(2) {
		a.Port = port
	}
	a.Limit = d.limit
	what, err := json.Marshal(a)
	check(err)
	return corev1.Container{
		Name: name, Image: "soak:1", Command: []string{os.Args[0], appArgument},
		Env: []corev1.EnvVar{
			{Name: "POD_IP", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "status.podIP"}}},
			{Name: markVariable, Value: strings.Join([]string{d.dir, string(uid), name}, "|")},
			{Name: appVariable, Value: string(what)},
			{Name: "GORACE", Value: "atexit_sleep_ms=0"},
		},
		Ports: portsOf(a.Port),
	}
}

func portsOf(port int) []corev1.ContainerPort {
	if port == 0 {
		return nil
	}
	return []corev1.ContainerPort{{Name: "http", ContainerPort: int32(port)}}
}

// probes gives a container probes: by HTTP if it serves, otherwise by exec.
func (d drawer) probes(c *corev1.Container) {
	probe := func(path, script string, threshold int32) *corev1.Probe {
		p := &corev1.Probe{PeriodSeconds: 1, TimeoutSeconds: 1, FailureThreshold: threshold}
		if len(c.Ports) > 0 {
			p.HTTPGet = &corev1.HTTPGetAction{Path: path, Port: intstr.FromString("http")}
		} else {
			p.Exec = &corev1.ExecAction{Command: []string{"sh", "-c", script}}
		}
		return p
	}
	if d.one(2) {
		c.LivenessProbe = probe("/live", "[ ! -e "+hungFile+" ] || sleep 1000", 1+d.Int32N(3))
	}
	if d.one(2) {
		c.ReadinessProbe = probe("/ready", "[ -e "+readyFile+" ]", 1)
	}
	if d.one(4) {
		c.StartupProbe = probe("/ready", "[ -e "+readyFile+" ]", 5)
	}
}

func (d drawer) hooks(c *corev1.Container) {
	run := func(script string) *corev1.LifecycleHandler {
		return &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", script}}}
	}
	c.Lifecycle = &corev1.Lifecycle{}
	if d.one(6) {
		c.Lifecycle.PostStart = run([]string{"true", "sleep 0.2", "false"}[d.IntN(3)])
	}
	if d.one(4) {
		c.Lifecycle.PreStop = run([]string{"true", "sleep 0.5", "sleep 1000"}[d.IntN(3)])
	}
}
