package lifecycle

import (
	"encoding"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/internal/wire/wiretest"
	"github.com/podclock/podclock/lifecycle/internal/execute"
	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/plan"
	"github.com/podclock/podclock/restart"
)

// podFiller fills a Pod of that template, which has two containers and images:
// as many as a filled list has.
func podFiller(t *Template, round int) *wiretest.Filler {
	stamp := metav1.Time{Time: worldStart}
	return &wiretest.Filler{
		Round: round,
		Skip: []string{
			"kubelet.t", "kubelet.timing", "probers.Set", // not by value; probe has its own test
			"outbox.actions", "probers.acts", "Run.answer", // empty between two Steps
			"kubelet.busy", "kubelet.idleUntil", // a cache
		},
		Last: map[reflect.Type]uint8{
			reflect.TypeFor[work](): uint8(workTerminated), reflect.TypeFor[execute.Stage](): uint8(execute.StageEnd),
			reflect.TypeFor[execute.Step](): uint8(execute.StepHookKill), reflect.TypeFor[kill.Stage](): uint8(kill.Failed),
			reflect.TypeFor[plan.RestartCause](): uint8(plan.RestartSandbox),
			reflect.TypeFor[plan.Cause]():        uint8(plan.CauseUnknownState), reflect.TypeFor[HookKind](): uint8(PreStop),
			reflect.TypeFor[ActionType](): uint8(RunProbe), reflect.TypeFor[restart.State](): uint8(restart.StateExited),
		},
		Make: map[reflect.Type]func(int) any{
			reflect.TypeFor[*Template](): func(int) any { return t },
			reflect.TypeFor[update]():    func(n int) any { return update{HasGrace: n>>round&1 == 1, Grace: int64(n)} },
			reflect.TypeFor[corev1.PodCondition](): func(n int) any {
				return corev1.PodCondition{Type: "Ready", Message: "\xff", ObservedGeneration: int64(n), LastProbeTime: stamp, LastTransitionTime: stamp}
			},
			reflect.TypeFor[corev1.PodStatus](): func(n int) any {
				return corev1.PodStatus{Phase: "Running", Message: "cut \xc3", ObservedGeneration: int64(n), StartTime: &stamp}
			},
		},
	}
}

func TestNoFieldOfAPodIsForgotten(t *testing.T) {
	pod := &corev1.Pod{}
	pod.Spec.Containers = []corev1.Container{{Name: "a", Image: "a:1"}, {Name: "b", Image: "b:1"}}
	pod.Spec.Containers[0].LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}}
	template, err := Compile(pod, Config{})
	if err != nil {
		t.Fatal(err)
	}
	for round := range wiretest.Rounds {
		want := New(template, Identity{}, nil, worldStart)
		podFiller(template, round).Fill(want)
		want.probes.Create(worldStart, nil)
		want.becomeIdle()
		want.busy = true
		saved, err := save(want)
		if err != nil {
			t.Fatal(err)
		}
		data, err := wire.Marshal(saved)
		if err != nil {
			t.Fatal(err)
		}
		var read savedPod
		if err := wire.Unmarshal(data, &read); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		got, err := read.load(Config{}, nil)
		if err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		sameTemplate := cmp.Comparer(func(a, b *Template) bool {
			return reflect.DeepEqual(a.spec.Manifest, b.spec.Manifest) && a.cfg == b.cfg
		})
		if diff := cmp.Diff(want, got, cmp.Exporter(wiretest.Ours), sameTemplate); diff != "" {
			t.Errorf("(-written +read)\n%s", diff)
		}
	}
}

// texts are what the values of a closed set, from first to last, are called.
func texts[T interface {
	~uint8
	encoding.TextMarshaler
}](t *testing.T, first, last T) []string {
	var all []string
	for v := first; v <= last; v++ {
		b, err := v.MarshalText()
		if err != nil {
			t.Error(err)
		}
		all = append(all, string(b))
	}
	if b, err := (last + 1).MarshalText(); err == nil {
		t.Errorf("%T: %q is the name of a value after the last", last, b)
	}
	return all
}

func TestEveryValueOfAClosedSetHasItsOwnNameInASnapshot(t *testing.T) {
	for set, all := range map[string][]string{
		"work":      texts(t, 0, workTerminated),
		"stage":     texts(t, 0, execute.StageEnd),
		"startStep": texts(t, execute.StepCheck, execute.StepHookKill),
		"killStage": texts(t, 0, kill.Failed),
		"state":     texts(t, 0, restart.StateExited),
		"request":   texts(t, requestName(RunSandbox), requestName(RunProbe)),
		"hook":      texts(t, hookName(PostStart), hookName(PreStop)),
		"cause":     texts(t, 0, plan.CauseUnknownState),
		"restart":   texts(t, 0, plan.RestartSandbox),
	} {
		for i, name := range all {
			if name == "" || slices.Index(all, name) != i {
				t.Errorf("%s: number %d is called %q: %q", set, i, name, all)
			}
		}
	}
}
