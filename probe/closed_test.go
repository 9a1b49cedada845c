package probe

import (
	"strings"
	"testing"
)

// Every member of a closed set must have a name of its own, and no other value may have one.
func TestEveryMemberOfAClosedSetHasAName(t *testing.T) {
	seen := map[string]bool{}
	check := func(set string, member int, name string, legal bool) {
		t.Helper()
		illegal := name == "" || strings.HasPrefix(name, "illegal") || strings.HasPrefix(name, "unknown probe")
		if illegal == legal {
			t.Errorf("%s(%d) is %q", set, member, name)
		}
		if legal && seen[set+name] {
			t.Errorf("%s: two members are called %q", set, name)
		}
		seen[set+name] = true
	}
	for i := range 12 {
		check("Kind", i, Kind(i).String(), i >= int(Startup) && i <= int(Liveness))
		check("Result", i, Result(i).String(), i <= int(Failure))
		check("Outcome", i, Outcome(i).String(), i <= int(OutcomeFailure))
		check("SkipReason", i, SkipReason(i).String(), i <= int(SkipNotStarted))
		check("EndReason", i, EndReason(i).String(), i <= int(EndPodDeleted))
		check("ActionKind", i, ActionKind(i).String(), i >= int(ActionRunAttempt) && i <= int(ActionEnded))
	}
}

func TestEveryReasonNamesItsRule(t *testing.T) {
	for r := NotSkipped; r <= SkipNotStarted; r++ {
		if !strings.HasPrefix(r.Rule(), "P") {
			t.Errorf("%v: rule %q", r, r.Rule())
		}
	}
	for r := NotEnded; r <= EndPodDeleted; r++ {
		if !strings.HasPrefix(r.Rule(), "P") {
			t.Errorf("%v: rule %q", r, r.Rule())
		}
	}
	if (SkipNotStarted+1).Rule() != "" || (EndPodDeleted+1).Rule() != "" {
		t.Error("an illegal reason has a rule")
	}
}

func TestEveryActionExplainsItself(t *testing.T) {
	for k := ActionRunAttempt; k <= ActionEnded; k++ {
		a := Action{Kind: k, Probe: Liveness, Outcome: OutcomeFailure}
		if text := a.String(); !strings.HasPrefix(text, "liveness: ") || len(text) < len("liveness: ended") {
			t.Errorf("%v explains itself as %q", k, text)
		}
	}
}

func TestTheZeroOfEveryTypeIsNoSuccess(t *testing.T) {
	var r Result
	var o Outcome
	if r == Success || o.result() == Success || o == OutcomeSuccess {
		t.Error("a zero value reads as success")
	}
}

func TestBadInputPanicsWithTheCure(t *testing.T) {
	cases := []struct {
		reason string
		call   func()
		want   string
	}{
		{"no kind", func() { NewWorker(0, every(1, 1, 1), Options{}) }, "known kind"},
		{"no period", func() { NewWorker(Liveness, Spec{}, Options{}) }, "positive period"},
		{"no defaults", func() { p := execProbe(); p.PeriodSeconds = 0; Compile(p) }, "SetDefaults"},
	}
	for _, c := range cases {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, c.want) {
					t.Errorf("%s: panic %q does not mention %q", c.reason, text, c.want)
				}
			}()
			c.call()
		}()
	}
}
