package scenario

import (
	"testing"

	"github.com/podclock/podclock/timeline"
)

func TestAPodThatWasNeverReadyDoesNotMeetWhatCountsAfterTheFirstReady(t *testing.T) {
	err := checkedWith(t, timeline.Filter{}, `apps: {web: {readiness: fail}}
expect:
  unready: "<= 30s"
  longestUnready: 0s
  flaps: never
`)
	for _, want := range []string{
		"s.yaml:4: expect.unready of pod default/web: want <= 30s, got a pod that was never Ready",
		"s.yaml:5: expect.longestUnready of pod default/web: want 0s, got a pod that was never Ready",
		"s.yaml:6: expect.flaps of pod default/web: want never, got a pod that was never Ready",
	} {
		checkError(t, err, want)
	}
}

func TestAFilterThatDropsWhatIsExpectedIsAnError(t *testing.T) {
	const expect = `expect:
  killed: never
  at: {5s: {phase: Running, conditions: {Ready: True}}}
`
	checkError(t, checkedWith(t, timeline.Filter{Drop: timeline.KindsOf(timeline.Decision)}, expect),
		"s.yaml:3: expectations need Decision records, which Options.Filter drops; take timeline.Decision out of it")
	err := checkedWith(t, timeline.Essential, expect)
	checkError(t, err, "s.yaml:4: expect.at.5s.conditions.Ready of pod default/web: want True, got no complete status, "+
		"which Options.Filter drops; take NoSnapshots out of it")
	if n := len(flatten(err)); n != 1 {
		t.Errorf("%d expectations are not met; want 1:\n%v", n, err)
	}
}

// checkedWith plays a scenario with a filter and returns the expectations that are not met.
func checkedWith(t *testing.T, f timeline.Filter, scenario string) error {
	t.Helper()
	s, err := Parse("s.yaml", []byte("manifest: m.yaml\n"+scenario), "", openOne)
	if err != nil {
		t.Fatal(err)
	}
	s.Options.Filter = f
	result, err := s.Run()
	if err != nil {
		t.Fatal(err)
	}
	return s.Check(result)
}
