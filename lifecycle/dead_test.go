package lifecycle_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

func TestWhatCannotBeRemovedIsNotTriedWithoutEnd(t *testing.T) {
	// T13: the next garbage collection tries again. Where nothing takes time
	// that would be at once.
	s := newShell(t, simplePod(), nil)
	s.fails[lifecycle.RemoveContainer] = lifecycle.Event{Err: "device or resource busy"}
	s.give(lifecycle.Event{})
	s.crashLoop(10 * time.Minute)
	tried := s.asked(lifecycle.RemoveContainer)
	if tried == 0 {
		t.Fatal("nothing was to be removed")
	}
	delete(s.fails, lifecycle.RemoveContainer)
	s.crashLoop(10 * time.Minute)
	if s.asked(lifecycle.RemoveContainer) <= tried {
		t.Error("it was not tried again after the next change")
	}
}

func TestAGarbageCollectionTriesAgainWhatItCouldNotRemove(t *testing.T) {
	s := newShell(t, simplePod(), lifecycle.KubeletTiming(rand.New(rand.NewPCG(1, 0)))) // T13: once a minute
	s.give(lifecycle.Event{})
	s.runUntil(epoch.Add(time.Minute))
	s.fails[lifecycle.StopSandbox] = lifecycle.Event{Err: "no network"}
	s.give(lifecycle.Event{Type: lifecycle.SandboxDied})
	s.exit(137)
	s.runUntil(epoch.Add(10 * time.Minute))
	if n := s.asked(lifecycle.StopSandbox); n < 5 {
		t.Errorf("the sandbox was to be stopped %d times; want one a minute", n)
	}
	if n := s.asked(lifecycle.RemoveSandbox); n != 0 {
		t.Errorf("a sandbox that could not be stopped was to be removed %d times", n)
	}
}
