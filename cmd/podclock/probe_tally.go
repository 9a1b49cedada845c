package main

import (
	"fmt"
	"slices"

	"github.com/podclock/podclock/probe"
)

// tally counts the passes of one probe.
type tally struct {
	passes [probe.Failure + 1]int // by result; Unknown counts errors
	last   probe.Result
}

// add counts the pass that ended with an answer, given the actions that followed.
func (t *tally) add(acts []probe.Action) {
	if len(acts) == 0 || acts[0].Kind == probe.ActionRunAttempt {
		return // the pass goes on: an attempt that errored is made again (P66)
	}
	t.last = probe.Unknown
	if i := slices.IndexFunc(acts, func(a probe.Action) bool { return a.Kind == probe.ActionCounted }); i >= 0 {
		t.last = acts[i].Result
	}
	t.passes[t.last]++
}

// lastWords has the text for each probe.Result.
var lastWords = [...]string{probe.Unknown: "an error", probe.Success: "a success", probe.Failure: "a failure"}

// String returns how many passes there were and how the last one ended.
func (t *tally) String() string {
	if !t.ended() {
		return "no pass ended"
	}
	ok, failed, errored := t.passes[probe.Success], t.passes[probe.Failure], t.passes[probe.Unknown]
	return fmt.Sprintf("passes %d, of which succeeded %d, failed %d, errored %d; the last was %s",
		ok+failed+errored, ok, failed, errored, lastWords[t.last])
}

// ended reports whether any pass has ended.
func (t *tally) ended() bool { return t.passes != [probe.Failure + 1]int{} }

// summarise prints the tally of each probe.
func (w *watch) summarise() {
	w.report.printf("\n")
	for i := range w.subjects {
		s := &w.subjects[i]
		for _, kind := range s.probes() {
			w.report.printf("%s %s: %s\n", s.spec.Name, kind, w.tallies[i][kind])
		}
	}
}

// allSucceed reports whether the last pass of every probe succeeded.
func (w *watch) allSucceed() bool {
	for _, byKind := range w.tallies {
		for _, t := range byKind {
			if t.last != probe.Success {
				return false
			}
		}
	}
	return true
}
