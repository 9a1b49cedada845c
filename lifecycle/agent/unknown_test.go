package agent_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
	"github.com/podclock/podclock/timeline"
)

// restartedOnce checks that a lost container was killed and started again,
// which counts as two restarts (C16, C22).
func restartedOnce(s *story, r *apart) {
	s.t.Helper()
	status, _ := s.Status("1")
	c := containerOf(status, "app")
	if c.State.Running == nil || c.RestartCount != 2 || len(r.of("app")) != 2 || len(r.Running()) != 1 {
		s.t.Errorf("%d starts, %d run, %+v", len(r.of("app")), len(r.Running()), c)
	}
	if last := c.LastTerminationState.Terminated; last == nil || last.ExitCode != 255 {
		s.t.Errorf("last state %+v; want exit code 255, of an end that nobody knows", c.LastTerminationState)
	}
}

func TestAContainerThatTheRuntimeLosesIsKilledAndStartedAgain(t *testing.T) { // C22, R6
	synctest.Test(t, func(t *testing.T) {
		r := newApart(t, &runtimetest.Fake{})
		s := begin(t, agent.Options{Runtime: r})
		s.add(web("1"))
		s.after(time.Minute)
		r.Lose(r.Running()[0])
		s.after(2 * time.Minute) // the next sync by itself finds out (T20, T5)
		restartedOnce(s, r)
	})
}

func TestAContainerThatIsLostWhileThereIsNoAgent(t *testing.T) { // C22, R6
	r := newApart(t, &runtimetest.Fake{})
	twice(t, r, func(s *story) {
		s.add(web("1"))
		s.after(10 * time.Second)
		s.stop()
		r.Lose(r.Running()[0])
	}, func(s *story) {
		s.must(s.Add(web("1")))
		s.after(time.Second)
		restartedOnce(s, r)
	})
}

// An agent can end between the loss of a container and the sync that finds it
// (T20).
func TestALostContainerThatIsGoneWhenTheNextAgentLooks(t *testing.T) {
	r := newApart(t, &runtimetest.Fake{})
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		first := begin(t, agent.Options{Runtime: r, StateDir: dir})
		first.add(web("1"))
		first.after(10 * time.Second)
		lost := r.Running()[0]
		r.Lose(lost)
		first.after(5 * time.Second)
		first.stop()
		if len(r.of("app")) != 1 {
			t.Fatal("the first agent has started the container again")
		}
		if err := r.Fake.StopContainer(context.Background(), lost, 0); err != nil {
			t.Fatal(err)
		}
		second := begin(t, agent.Options{Runtime: r, StateDir: dir})
		second.must(second.Add(web("1")))
		second.after(10 * time.Second)
		status, _ := second.Status("1")
		c := containerOf(status, "app")
		if last := c.LastTerminationState.Terminated; c.State.Running == nil || c.RestartCount != 1 || last == nil || last.ExitCode != 255 {
			t.Errorf("%+v", c)
		}
		for _, e := range second.events {
			if e == `spec.containers{app} Killing: Container is in "unknown" state, try killing it before restart` {
				t.Error("what has exited is killed")
			}
		}
	})
}

// forgetful is a runtime that loses track of each first attempt before its
// start has returned.
type forgetful struct{ *runtimetest.Fake }

func (r forgetful) StartContainer(ctx context.Context, id string) error {
	err := r.Fake.StartContainer(ctx, id)
	have, listErr := r.List(ctx)
	for _, c := range have.Containers {
		if c.ID == id && c.Attempt == 0 {
			r.Lose(id)
			if err := r.StopContainer(ctx, id, 0); err != nil {
				return err
			}
		}
	}
	return errors.Join(err, listErr)
}

func TestWhatIsNoticedBeforeAStartHasReturnedIsToldAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{Runtime: forgetful{&runtimetest.Fake{}}})
		s.add(web("1"))
		s.after(time.Minute)
		var kinds []timeline.Kind
		for _, r := range s.records {
			switch r.Kind {
			case timeline.Started, timeline.Lost, timeline.Exited:
				kinds = append(kinds, r.Kind)
			}
		}
		if want := []timeline.Kind{timeline.Started, timeline.Lost, timeline.Exited, timeline.Started}; !slices.Equal(kinds, want) {
			t.Errorf("told %v; want %v", kinds, want)
		}
	})
}
