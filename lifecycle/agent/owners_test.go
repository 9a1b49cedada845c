package agent

import (
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle"
)

func TestASandboxThatDiedBeforeItsRunWasAnsweredIsDead(t *testing.T) {
	o, p := newOwners(), &pod{}
	die := func(id string) {
		if dead, _ := o.sandboxDied(id, nil); dead != nil {
			t.Errorf("sandbox %q is nobody's yet, and a pod is told of its death", id)
		}
	}
	die("a stranger") // while nothing is being run
	o.expectSandbox(p)
	o.expectSandbox(p)
	die("first")
	for _, test := range []struct {
		id   string
		died bool
	}{{"second", false}, {"first", true}} {
		if died := o.sandboxCame(p, test.id); died != test.died {
			t.Errorf("sandbox %q died: %v; want %v", test.id, died, test.died)
		}
	}
	if p.making != 0 || len(o.dead) != 0 {
		t.Errorf("%d calls are under way, and the deaths of %v are remembered; want none", p.making, o.dead)
	}
}

func TestTheDeathOfASandboxThatIsNotThePodsNewestMeansNothing(t *testing.T) {
	o, p := newOwners(), &pod{}
	o.addSandbox(p, 1, Sandbox{ID: "old"})
	o.addSandbox(p, 2, Sandbox{ID: "new"})
	o.addContainer(p, 3, "app")
	if told, _ := o.sandboxDied("old", nil); told != nil {
		t.Error("the pod is told of the death of its old sandbox")
	}
	told, happening := o.sandboxDied("new", []*Notice{{Container: "app", ExitCode: 137}})
	if told != p || len(happening) != 2 || happening[0].Type != lifecycle.SandboxDied || happening[1].ExitCode != 137 {
		t.Errorf("the pod is told %v; want the death of its sandbox, then the end of its container", happening)
	}
}

func TestWhatIsBeingMadeForAPodIsNotNobodys(t *testing.T) {
	o, p := newOwners(), &pod{}
	o.addSandbox(p, 1, Sandbox{ID: "known"})
	have := &Inventory{
		Sandboxes: []SandboxStatus{
			{Sandbox: Sandbox{ID: "known"}}, {Sandbox: Sandbox{ID: "new"}, Pod: lifecycle.Identity{UID: "1"}},
		},
		Containers: []ContainerStatus{{Container: Container{ID: "app"}, Sandbox: "known"}},
	}
	podOf := func(types.UID) *pod { return p }
	o.expectContainer(p)
	if left := o.unowned(have, podOf); len(left.sandboxes) != 0 || len(left.containers) != 0 {
		t.Errorf("%+v is nobody's, although the pod has a call under way", left)
	}
	o.containerCame(p)
	if left := o.unowned(have, podOf); len(left.sandboxes) != 1 || left.sandboxes[0] != "new" || len(left.containers) != 1 {
		t.Errorf("%+v is nobody's; want the new sandbox and the container", left)
	}
}
