package scenario

import (
	"testing"
	"time"
)

func TestABoundIsMetByWhatItAllows(t *testing.T) {
	for _, c := range []struct {
		bound bound
		value time.Duration
		ever  bool
		want  bool
	}{
		{bound{never: true}, 0, false, true},
		{bound{never: true}, 0, true, false},
		{bound{op: "=", than: 3}, 3, true, true},
		{bound{op: "=", than: 3}, 4, true, false},
		{bound{op: "<=", than: 3}, 0, false, false},
		{bound{op: "<", than: 3}, 3, true, false},
		{bound{op: "<", than: 3}, 2, true, true},
		{bound{op: "<=", than: 3}, 3, true, true},
		{bound{op: ">", than: 3}, 3, true, false},
		{bound{op: ">", than: 3}, 4, true, true},
		{bound{op: ">=", than: 3}, 3, true, true},
		{bound{op: ">=", than: 3}, 2, true, false},
	} {
		if got := c.bound.meets(c.value, c.ever); got != c.want {
			t.Errorf("%+v met by %d (%v): %v; want %v", c.bound, c.value, c.ever, got, c.want)
		}
	}
}

func TestAnAmountOfNothingIsNeverAndCompares(t *testing.T) {
	for _, b := range []bound{{never: true}, {op: "="}, {op: "<", than: 1}, {op: ">="}} {
		if !b.allows(0) {
			t.Errorf("%+v does not allow 0", b)
		}
	}
	for _, b := range []bound{{never: true}, {op: "="}, {op: "<", than: 1}, {op: ">", than: 1}} {
		if b.allows(1) {
			t.Errorf("%+v allows 1", b)
		}
	}
}
