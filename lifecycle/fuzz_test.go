package lifecycle_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/podclock/podclock/lifecycle"
)

// anyEventsAreTakenIn gives a machine answers to what it never asked for, facts in
// any order and times that jump: it neither panics nor gets into a state that its
// own snapshot could not restore.
func anyEventsAreTakenIn(t *rapid.T) {
	template, err := lifecycle.Compile(drawPod(t), lifecycle.Config{})
	if err != nil {
		t.Skip(err)
	}
	timing := pick(t, "timing", nil, lifecycle.KubeletTiming(rand.New(rand.NewPCG(1, 1))))
	p := lifecycle.New(template, lifecycle.Identity{Name: "p", Namespace: "ns", UID: "u"}, timing, epoch)
	c := &chaos{now: epoch, pod: p}
	for range rapid.IntRange(1, 30).Draw(t, "steps") {
		c.now = c.now.Add(pick(t, "time", 0, -time.Second, time.Millisecond, time.Second, time.Minute, 24*time.Hour))
		var events []lifecycle.Event
		for range rapid.IntRange(0, 3).Draw(t, "events") {
			events = append(events, drawAnyEvent(t, c, p))
		}
		for i := range events {
			p.FactRecord(p.Now(), &events[i])
		}
		actions := p.Step(c.now, events...)
		for i := range actions {
			p.ActionRecord(p.Now(), &actions[i], lifecycle.APIView)
		}
	}
	data, err := p.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lifecycle.Restore(data, lifecycle.Config{}, timing); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
}

// drawAnyEvent is a fact, an answer to an open request, or one to none.
func drawAnyEvent(t *rapid.T, c *chaos, p *lifecycle.Pod) lifecycle.Event {
	open := p.OpenRequests()
	switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
	case kind == 0:
		return drawStray(t)
	case kind == 1:
		return drawFact(t, c)
	case len(open) > 0:
		r := open[rapid.IntRange(0, len(open)-1).Draw(t, "request")]
		return drawAnswer(t, &lifecycle.Action{Type: r.Type, Op: r.Op, Container: r.Container, Instance: r.Instance,
			Attempt: r.Attempt, Hook: r.Hook, Probe: r.Probe})
	}
	return lifecycle.Event{}
}

func TestAnyEventsAreTakenIn(t *testing.T) { rapid.Check(t, anyEventsAreTakenIn) }

func FuzzStep(f *testing.F) { f.Fuzz(rapid.MakeFuzz(anyEventsAreTakenIn)) }
