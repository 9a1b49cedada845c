package flight

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/internal/wire/wiretest"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

func TestAnEventComesBackWithAllItsFields(t *testing.T) {
	manifest := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "ns"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:1"}}},
	}
	template, err := lifecycle.Compile(manifest, lifecycle.Config{})
	if err != nil {
		t.Fatal(err)
	}
	stamp := metav1.NewTime(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))
	for round := range wiretest.Rounds {
		f := &wiretest.Filler{
			Round: round,
			Last: map[reflect.Type]uint8{
				reflect.TypeFor[probe.Kind]():    uint8(probe.Liveness),
				reflect.TypeFor[probe.Outcome](): uint8(probe.OutcomeFailure),
			},
			Make: map[reflect.Type]func(int) any{
				reflect.TypeFor[lifecycle.EventType](): func(int) any { return lifecycle.ProbeFinished }, // which has an Answer
				reflect.TypeFor[*lifecycle.Template](): func(int) any { return template },
				reflect.TypeFor[corev1.PodCondition](): func(n int) any {
					return corev1.PodCondition{Type: "Ready", Message: "\xff", ObservedGeneration: int64(n), LastTransitionTime: stamp}
				},
			},
		}
		var before lifecycle.Event
		f.Fill(&before)
		written := eventOf(&before)
		data, err := wire.Marshal(&written)
		if err != nil {
			t.Fatal(err)
		}
		var read event
		if err := wire.Unmarshal(data, &read); err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		after, err := read.event(lifecycle.Config{})
		if err != nil {
			t.Fatal(err)
		}
		same := cmp.Comparer(func(a, b *lifecycle.Template) bool { return cmp.Equal(a.Pod(), b.Pod()) })
		if diff := cmp.Diff(before, after, same); diff != "" {
			t.Fatalf("(-given +read)\n%s", diff)
		}
	}
}

// The line of a pod must have every field of a timing, but only whether it has a
// Chance.
func TestATimingComesBackWithAllItsFields(t *testing.T) {
	f := &wiretest.Filler{Skip: []string{"Timing.Chance"}}
	var before lifecycle.Timing
	f.Fill(&before)
	chance := &replayedChance{}
	before.Chance = chance
	if after := podOf("u", &Track{timing: before}, nil).timing(chance); !reflect.DeepEqual(&before, after) {
		t.Errorf("%+v came back as %+v", before, *after)
	}
	before.Chance = nil
	if after := podOf("u", &Track{timing: before}, nil).timing(chance); after.Chance != nil {
		t.Error("a timing without a Chance came back with one")
	}
}

func TestTheLastEventTypeIsTheLast(t *testing.T) {
	if name := (lastEventType + 1).String(); !strings.HasPrefix(name, "EventType(") {
		t.Errorf("%s comes after it: raise lastEventType", name)
	}
}
