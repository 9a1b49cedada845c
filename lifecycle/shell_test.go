package lifecycle_test

import (
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle"
)

// shell carries out what a machine asks for at once, but for what a test
// withholds or lets fail.
type shell struct {
	t     testing.TB
	pod   *lifecycle.Pod
	now   time.Time
	log   []lifecycle.Action
	fails map[lifecycle.ActionType]lifecycle.Event // Err and ErrReason of its answers
	holds map[lifecycle.ActionType]bool            // requests that are not answered

	timing *lifecycle.Timing
	absent bool // no image is there before it is pulled
}

func simplePod() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "ns"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:1"}}},
	}
}

func newShell(t testing.TB, pod *corev1.Pod, timing *lifecycle.Timing) *shell {
	t.Helper()
	template, err := lifecycle.Compile(pod, lifecycle.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &shell{
		t: t, timing: timing, pod: lifecycle.New(template, lifecycle.Identity{Namespace: "ns", Name: "p", UID: "u"}, timing, epoch), now: epoch,
		fails: map[lifecycle.ActionType]lifecycle.Event{}, holds: map[lifecycle.ActionType]bool{},
	}
}

// give steps the machine with an event, and with all answers that follow.
func (s *shell) give(events ...lifecycle.Event) {
	for n := 0; len(events) > 0; n++ {
		if n > mostActions {
			s.t.Fatalf("it asks without end, at last for %v", s.log[len(s.log)-1].Type)
		}
		events = append(events[1:], s.happen(events[0])...)
	}
}

// happen steps the machine with events that are one happening, and returns the
// answers to what it asks for.
func (s *shell) happen(events ...lifecycle.Event) (answers []lifecycle.Event) {
	out := s.pod.Step(s.now, events...)
	s.log = append(s.log, out...)
	for i := range out {
		if a := &out[i]; a.Type.IsRequest() && !s.holds[a.Type] {
			answers = append(answers, s.answer(a)...)
		}
	}
	return answers
}

func (s *shell) answer(a *lifecycle.Action) []lifecycle.Event {
	ev := answerTo(a)
	ev.Present = ev.Present && !s.absent
	if f, ok := s.fails[a.Type]; ok {
		ev.Err, ev.ErrReason = f.Err, f.ErrReason
		return []lifecycle.Event{ev}
	}
	if a.Type == lifecycle.StopContainer {
		return []lifecycle.Event{{Type: lifecycle.ContainerExited, Instance: a.Instance, ExitCode: 143}, ev}
	}
	return []lifecycle.Event{ev}
}

// runUntil lets time pass, a deadline at a time.
func (s *shell) runUntil(end time.Time) {
	for {
		at, ok := s.pod.Deadline()
		if !ok || at.After(end) {
			s.now = end
			return
		}
		s.now = at
		s.give(lifecycle.Event{})
	}
}

// asked counts the requests of a type.
func (s *shell) asked(a lifecycle.ActionType) int {
	n := 0
	for i := range s.log {
		if s.log[i].Type == a {
			n++
		}
	}
	return n
}

// events is the messages of recorded events with this reason.
func (s *shell) events(reason string) []string {
	var all []string
	for i := range s.log {
		if a := &s.log[i]; a.Type == lifecycle.RecordEvent && a.Reason == reason {
			all = append(all, a.Severity+" "+a.Message)
		}
	}
	return all
}

func (s *shell) wantEvents(reason string, want ...string) {
	s.t.Helper()
	if got := s.events(reason); !slices.Equal(got, want) {
		s.t.Errorf("events %s: %q, want %q", reason, got, want)
	}
}

// running is the instance that was created last.
func (s *shell) running() uint64 {
	for i := len(s.log) - 1; i >= 0; i-- {
		if s.log[i].Type == lifecycle.CreateContainer {
			return s.log[i].Instance
		}
	}
	s.t.Fatal("no container was created")
	return 0
}

func (s *shell) exit(code int32) {
	s.give(lifecycle.Event{Type: lifecycle.ContainerExited, Instance: s.running(), ExitCode: code})
}

func (s *shell) crashLoop(d time.Duration) {
	for end := s.now.Add(d); s.now.Before(end); s.runUntil(s.now.Add(time.Minute)) {
		s.exit(1)
	}
}
