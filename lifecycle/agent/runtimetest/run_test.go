package runtimetest

import (
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/podclock/podclock/lifecycle/agent"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheFakeObeysTheRules(t *testing.T) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { try(t, &Fake{}, simple, c.make) })
		})
	}
}

// Run itself has no bubble.
func TestRunMakesEveryCheck(t *testing.T) {
	defer func(all []check) { checks = all }(checks)
	made := ""
	checks = []check{
		{"one", func(b *bench) { made += b.t.Name() + " " + b.runtime.Name() + "\n" }},
		{"two", func(b *bench) { made += b.t.Name() + " " + b.runtime.Name() + "\n" }},
	}
	Run(t, func(*testing.T) agent.Runtime { return &Fake{} }, simple)
	if want := "TestRunMakesEveryCheck/one fake\nTestRunMakesEveryCheck/two fake\n"; made != want {
		t.Errorf("made:\n%swant:\n%s", made, want)
	}
}

func TestALostContainerIsInAnUnknownStateUntilItIsStopped(t *testing.T) {
	for name, stop := range map[string]func(*bench, *inventory){
		"StopContainer": func(b *bench, i *inventory) {
			b.must("StopContainer", b.runtime.StopContainer(b.ctx, i.container.ID, patience))
		},
		"StopSandbox": func(b *bench, i *inventory) {
			b.must("StopSandbox", b.runtime.StopSandbox(b.ctx, i.sandbox.ID))
			i.sandbox.Ready = false
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			try(t, &Fake{}, simple, func(b *bench) {
				i := b.inventory(IgnoreStop)
				i.start()
				b.runtime.(*Fake).Lose(i.container.ID)
				if n := b.told(i.container.ID, "Lose"); !n.Unknown {
					t.Errorf("notice %+v", n)
				}
				i.container.State = agent.StateUnknown
				i.listed("Lose")
				stop(b, i)
				n := b.told(i.container.ID, name)
				b.code(n, 255)
				i.ended(n)
				i.listed(name)
				b.quiet()
				i.removed()
			})
		})
	}
}

func TestAContainerThatIsLostWhileItIsBeingStoppedHasEndedWithTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		try(t, &Fake{}, simple, func(b *bench) {
			_, id := b.start(IgnoreStop)
			stopped := make(chan error)
			go func() { stopped <- b.runtime.StopContainer(b.ctx, id, patience/2) }()
			synctest.Wait()
			b.runtime.(*Fake).Lose(id)
			b.must("StopContainer", <-stopped)
			if n := b.told(id, "Lose"); !n.Unknown {
				t.Errorf("notice %+v", n)
			}
			b.code(b.told(id, "StopContainer"), 255)
			b.quiet()
		})
	})
}
