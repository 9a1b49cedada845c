package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// names is what the values of a closed set, from first to before end, are called.
func names[T interface {
	~uint8
	fmt.Stringer
}](first, end T) []string {
	var all []string
	for v := first; v < end; v++ {
		all = append(all, v.String())
	}
	return append(all, end.String())
}

func TestEveryValueOfAClosedSetHasItsOwnName(t *testing.T) {
	for set, all := range map[string][]string{
		"EventType":  names(Wake, numEventTypes),
		"ActionType": names(RunSandbox, numActionTypes),
		"WaitKind":   names(WaitHook, numWaitKinds),
		"HookKind":   names(PostStart, PreStop+1),
	} {
		last := len(all) - 1
		for i, name := range all {
			unknown := strings.HasPrefix(name, set+"(")
			if name == "" || unknown != (i == last) || slices.Index(all, name) != i {
				t.Errorf("%s: number %d of %d is called %q: give it a row in its table", set, i, last, name)
			}
		}
	}
}

func TestEveryRequestIsAnsweredByOneEventType(t *testing.T) {
	for a := ActionType(1); a < numActionTypes; a++ {
		var answers []EventType
		for e := range numEventTypes {
			if e.answers(a) {
				answers = append(answers, e)
			}
		}
		if (len(answers) == 1) != a.IsRequest() || len(answers) > 1 {
			t.Errorf("%v is answered by %v", a, answers)
		}
	}
}

func TestEveryEventTypeIsAnAnswerOrTakenAsAFact(t *testing.T) {
	isAnswer := func(e EventType) bool {
		for a := RunSandbox; a.IsRequest(); a++ {
			if e.answers(a) {
				return true
			}
		}
		return false
	}
	for e := range numEventTypes {
		p := recordedPod(t)
		ev := Event{Type: e, Eviction: &Eviction{}, Condition: &corev1.PodCondition{}, Template: p.t}
		answer := false
		for _, a := range p.Step(worldStart, ev) {
			answer = answer || a.Type == DroppedEvent && strings.Contains(a.Message, "answers no open request")
		}
		if want := isAnswer(e) && e != ProbeFinished; answer != want {
			t.Errorf("%v is taken as an answer: %v, want %v: a fact needs its case in apply.go, an answer its request in "+
				"eventtable.go", e, answer, want)
		}
	}
}
