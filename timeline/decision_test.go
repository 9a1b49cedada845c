package timeline

import (
	"slices"
	"testing"
)

func TestEveryDecisionHasItsOwnName(t *testing.T) {
	var names []string
	for d := DecidedKill; d < numDecisions; d++ {
		if name := d.String(); name == "" || slices.Contains(names, name) {
			t.Errorf("number %d is called %q", d, name)
		}
		names = append(names, d.String())
	}
	if got := numDecisions.String(); slices.Contains(names, got) {
		t.Errorf("the number after the last is called %q", got)
	}
}
