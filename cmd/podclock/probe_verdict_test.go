package main

import (
	"testing"

	"github.com/podclock/podclock/probe"
)

func TestBeyondTheThresholdNothingChanges(t *testing.T) { // P59, P60
	for _, c := range []struct {
		kind   probe.Kind
		result probe.Result
		run    int64
		want   string
	}{
		{probe.Readiness, probe.Failure, 3, "failure 3 of 3"},
		{probe.Readiness, probe.Failure, 4, "failure 4 in a row, 3 needed: still not ready"},
		{probe.Readiness, probe.Success, 4, "success 4 in a row, 3 needed: still ready"},
		{probe.Liveness, probe.Success, 4, "success 4 in a row, 3 needed: still alive"},
	} {
		a := probe.Action{Kind: probe.ActionCounted, Probe: c.kind, Result: c.result, Run: c.run, Threshold: 3}
		if got := counted(&a); got != c.want {
			t.Errorf("%s: %q; want %q", c.kind, got, c.want)
		}
	}
}
