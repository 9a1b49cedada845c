package main

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
)

// answers is a handler that returns these answers in turn.
type answers []probe.Answer

func (a *answers) Probe(context.Context, handler.Target, *corev1.Probe) probe.Answer {
	next := (*a)[0]
	*a = (*a)[1:]
	return next
}

func TestTheStatusIsThatOfTheLastPassWhateverWentBefore(t *testing.T) { // P66, P120
	yes := probe.Answer{Outcome: probe.OutcomeSuccess}
	warn := probe.Answer{Outcome: probe.OutcomeWarning}
	no := probe.Answer{Outcome: probe.OutcomeFailure}
	lost := probe.Answer{Outcome: probe.OutcomeFailure, Err: "unexpected EOF"}
	for _, c := range []struct {
		what    string
		passes  int
		answers answers
		want    bool
		summary string
	}{
		{"a failure, then a success", 2, answers{no, yes}, true,
			"passes 2, of which succeeded 1, failed 1, errored 0; the last was a success"},
		{"a success, then a failure below the threshold", 2, answers{yes, no}, false,
			"passes 2, of which succeeded 1, failed 1, errored 0; the last was a failure"},
		{"a success, then an error", 2, answers{yes, lost, lost, lost}, false,
			"passes 2, of which succeeded 1, failed 0, errored 1; the last was an error"},
		{"errors that a third attempt makes good", 1, answers{lost, lost, yes}, true,
			"passes 1, of which succeeded 1, failed 0, errored 0; the last was a success"},
		{"a warning", 1, answers{warn}, true,
			"passes 1, of which succeeded 1, failed 0, errored 0; the last was a success"},
	} {
		t.Run(c.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWatch(chosen(t, app("livenessProbe: {exec: {command: [x]}, periodSeconds: 1}")), &c.answers, io.Discard)
				w.length = time.Duration(c.passes)*time.Second - time.Millisecond
				if err := w.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := w.allSucceed(); got != c.want {
					t.Errorf("all succeed: %v; want %v", got, c.want)
				}
				if got := w.tallies[0][probe.Liveness].String(); got != c.summary {
					t.Errorf("got  %s\nwant %s", got, c.summary)
				}
			})
		})
	}
}
