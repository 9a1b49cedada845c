package runtimetest

import (
	"testing"
	"testing/synctest"

	"github.com/podclock/podclock/lifecycle/agent"
)

// lose makes the Fake lose track of a container, and checks the notice.
func (b *bench) lose(id string) {
	b.t.Helper()
	b.runtime.(*Fake).Lose(id)
	if n := b.notice(id, "Lose"); !n.Unknown {
		b.t.Errorf("the notice %+v; want one of an unknown state", n)
	}
}

func TestALostContainerIsInAnUnknownStateUntilItIsStopped(t *testing.T) {
	for name, stop := range map[string]func(*bench, *inventory) *call{
		"its stop": func(b *bench, i *inventory) *call { return b.stop(i.container.ID, patience, "of one that was lost") },
		"the stop of its sandbox": func(b *bench, i *inventory) *call {
			c := b.stopSandbox(i.sandbox.ID, "with a container that was lost")
			c.succeeds(able, lookAtCall)
			i.sandbox.Ready = false
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				try(t, &Fake{}, simple, func(b *bench) {
					i := b.inventory(IgnoreStop)
					i.start()
					b.lose(i.container.ID)
					i.container.State = agent.StateUnknown
					i.listed("List after Lose")
					c := stop(b, i)
					n := b.told(i.container.ID, c)
					b.code(c.did, n, 255, "that of one whose own is not known")
					i.ended(n)
					i.listed("List after it")
					b.quiet(c.did)
					i.removed()
				})
			})
		})
	}
}

func TestAContainerThatIsLostWhileItIsBeingStoppedHasEndedWithTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		try(t, &Fake{}, simple, func(b *bench) {
			_, id := b.start(IgnoreStop)
			c := b.stopContainer(id, patience/2, "during which the container is lost")
			synctest.Wait()
			b.lose(id)
			c.succeeds(able, lookAtCall)
			b.code(c.did, b.told(id, c), 255, "that of one whose own is not known")
			b.quiet(c.did)
		})
	})
}
