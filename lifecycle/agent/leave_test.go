package agent_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

// slowRemove is a runtime that needs longer to remove a container than the
// machine waits for the collection of dead ones.
type slowRemove struct {
	*runtimetest.Fake
	calls int
}

func (s *slowRemove) RemoveContainer(ctx context.Context, id string) error {
	s.calls++
	time.Sleep(90 * time.Second)
	return s.Fake.RemoveContainer(ctx, id)
}

// What is left of a pod is removed once, and its state is not saved again.
func TestAPodThatIsLeavingIsNotCollectedBesides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		r := &slowRemove{Fake: &runtimetest.Fake{}}
		s := begin(t, agent.Options{Runtime: r, StateDir: dir})
		s.add(web("1"))
		s.must(s.Remove("1"))
		s.after(10 * time.Minute)
		if len(s.Pods()) > 0 || r.calls != 1 {
			t.Errorf("%d pods are left, and %d calls of RemoveContainer were made; want none and 1", len(s.Pods()), r.calls)
		}
		if kept, err := filepath.Glob(filepath.Join(dir, "*.pod.json")); err != nil || len(kept) > 0 {
			t.Errorf("%v, and %v is kept of a pod that is gone", err, kept)
		}
	})
}
