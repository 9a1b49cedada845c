package plan

import (
	"slices"
	"testing"
)

func TestEveryCauseHasItsOwnName(t *testing.T) {
	var names []string
	for c := CauseOther; c <= CauseUnknownState; c++ {
		b, err := c.MarshalText()
		var back Cause
		if err != nil || back.UnmarshalText(b) != nil || back != c || string(b) != c.String() || slices.Contains(names, string(b)) {
			t.Errorf("number %d is called %q, %v, and read as %v", c, b, err, back)
		}
		names = append(names, string(b))
	}
	if b, err := (CauseUnknownState + 1).MarshalText(); err == nil {
		t.Errorf("%q is the name of a cause after the last", b)
	}
}
