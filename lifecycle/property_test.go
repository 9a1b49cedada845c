package lifecycle_test

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"pgregory.net/rapid"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
)

// mostActions bounds what one Step may ask for and tell. The most that random
// pods have needed is about 60.
const mostActions = 500

// given is one Step of a machine: what went in, and what came out.
type given struct {
	now     time.Time
	events  []lifecycle.Event
	actions []lifecycle.Action
}

// chaos is a shell that answers when, what and as often as it likes, and
// checks after each Step what holds of every machine.
type chaos struct {
	t        *rapid.T
	config   lifecycle.Config
	pod      *lifecycle.Pod
	now      time.Time
	requests []lifecycle.Action // not answered yet
	answered []lifecycle.Event
	alive    []uint64 // instances that were created and have not ended
	restarts map[string]int32
	sinceCut []given
	twin     *lifecycle.Pod // a clone from before sinceCut
	timing   *lifecycle.Timing
	reborn   *lifecycle.Pod // the same, restored from a snapshot before each step; nil: not in this story
}

func newChaos(t *rapid.T) *chaos {
	config := drawConfig(t)
	template := compile(t, drawPod(t), config)
	var timing *lifecycle.Timing
	if rapid.Bool().Draw(t, "kubelet's timing") {
		timing = lifecycle.KubeletTiming(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)))
	}
	c := &chaos{t: t, config: config, timing: timing, now: epoch.In(pick(t, "zone", time.UTC, time.FixedZone("", -3600))), restarts: map[string]int32{}}
	c.pod = lifecycle.New(template, lifecycle.Identity{Namespace: "ns", Name: "p", UID: "u"}, timing, c.now)
	c.twin = c.pod.Clone()
	return c
}

// step gives events to the machine and checks the contract.
func (c *chaos) step(now time.Time, events ...lifecycle.Event) {
	c.now = later(c.now, now)
	out := c.pod.Step(now, events...)
	if len(out) > mostActions {
		c.t.Fatalf("%v leads to %d actions", types(events), len(out))
	}
	c.t.Logf("%v %v: %d actions", now.Sub(epoch), types(events), len(out))
	c.sinceCut = append(c.sinceCut, given{now, events, append([]lifecycle.Action(nil), out...)})
	c.compareReborn(now, events, out)
	for i := range out {
		c.follow(&out[i])
	}
	at, ok := c.pod.Deadline()
	if ok && !at.After(c.now) {
		c.t.Fatalf("after %v at %v the deadline is %v", types(events), c.now, at)
	}
	if more, then := c.pod.Overlooked(); len(more) > 0 || !then.Equal(at) {
		c.t.Fatalf("after %v at %v it rests until %v, but there was more to do, or until %v: %+v", types(events), c.now, at, then, more)
	}
	c.checkRestarts()
}

func types(events []lifecycle.Event) (list []lifecycle.EventType) {
	for _, ev := range events {
		list = append(list, ev.Type)
	}
	return list
}

func (c *chaos) follow(a *lifecycle.Action) {
	if a.Type.IsRequest() {
		c.requests = append(c.requests, *a)
	}
	if a.Type == lifecycle.CreateContainer {
		c.alive = append(c.alive, a.Instance)
	}
}

// checkRestarts holds C16: a restart count never falls in the API.
func (c *chaos) checkRestarts() {
	status := c.pod.Reported()
	for _, list := range [][]corev1.ContainerStatus{status.ContainerStatuses, status.InitContainerStatuses} {
		for _, s := range list {
			if s.RestartCount < c.restarts[s.Name] {
				c.t.Fatalf("the restart count of %s falls from %d to %d", s.Name, c.restarts[s.Name], s.RestartCount)
			}
			c.restarts[s.Name] = s.RestartCount
		}
	}
}

// compareTwin gives the clone what the machine was given since.
func (c *chaos) compareTwin() {
	for _, g := range c.sinceCut {
		if got := c.twin.Step(g.now, g.events...); !reflect.DeepEqual(append([]lifecycle.Action(nil), got...), g.actions) {
			c.t.Fatalf("%v at %v: the clone says\n%+v\nthe original\n%+v", types(g.events), g.now, got, g.actions)
		}
	}
	c.twin, c.sinceCut = c.pod.Clone(), nil
}

func (c *chaos) answer(t *rapid.T) {
	if len(c.requests) == 0 {
		t.Skip("nothing was asked")
	}
	i := rapid.IntRange(0, len(c.requests)-1).Draw(t, "request")
	a := c.requests[i]
	c.requests = append(c.requests[:i], c.requests[i+1:]...)
	if a.Type == lifecycle.StopContainer {
		c.end(a.Instance, int32(rapid.SampledFrom([]int{0, 137, 143}).Draw(t, "code")))
	}
	ev := drawAnswer(t, &a)
	c.answered = append(c.answered, ev)
	c.step(c.now, ev)
}

func (c *chaos) end(instance uint64, code int32) {
	c.step(c.now, lifecycle.Event{Type: lifecycle.ContainerExited, Instance: instance, ExitCode: code})
}

// moves is what can happen to a machine.
func (c *chaos) moves() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"answer":      c.answer,
		"answer soon": c.answer, // more often than the rest
		"answer next": func(t *rapid.T) {
			if len(c.requests) > 0 {
				c.requests = append(c.requests[len(c.requests)-1:], c.requests[:len(c.requests)-1]...)
			}
			c.answer(t)
		},
		"answer twice": func(t *rapid.T) {
			if len(c.answered) == 0 {
				t.Skip("nothing was answered")
			}
			c.step(c.now, rapid.SampledFrom(c.answered).Draw(t, "again"))
		},
		"all at once": func(t *rapid.T) {
			died := []lifecycle.Event{{Type: lifecycle.SandboxDied}}
			for _, id := range c.alive {
				died = append(died, lifecycle.Event{Type: lifecycle.ContainerExited, Instance: id, ExitCode: 137})
			}
			c.step(c.now, died...)
		},
		"answer nothing": func(t *rapid.T) { c.step(c.now, drawStray(t)) },
		"exit": func(t *rapid.T) {
			if len(c.alive) == 0 {
				t.Skip("nothing runs")
			}
			c.end(rapid.SampledFrom(c.alive).Draw(t, "instance"), int32(rapid.IntRange(0, 3).Draw(t, "code")))
		},
		"unknown": func(t *rapid.T) {
			if len(c.alive) == 0 {
				t.Skip("nothing runs")
			}
			c.step(c.now, lifecycle.Event{Type: lifecycle.ContainerUnknown, Instance: rapid.SampledFrom(c.alive).Draw(t, "instance")})
		},
		"wake": func(t *rapid.T) {
			at, ok := c.pod.Deadline()
			if !ok {
				t.Skip("it waits for nothing")
			}
			c.step(at)
		},
		"wait":      func(t *rapid.T) { c.step(c.now.Add(drawWait(t))) },
		"step back": func(t *rapid.T) { c.step(c.now.Add(-drawWait(t))) },
		"fact":      func(t *rapid.T) { c.step(c.now, drawFact(t, c)) },
		"clone":     func(*rapid.T) { c.compareTwin() },
	}
}

func TestTheMachineBearsAnyEventsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newChaos(t)
		c.step(c.now)
		t.Repeat(c.moves())
		c.compareTwin()
	})
}

func TestAShellThatAnswersAtOnceGetsTimeToMoveOn(t *testing.T) {
	// Whatever keeps failing, the machine must not ask again and again at one
	// instant where nothing takes time.
	rapid.Check(t, func(t *rapid.T) {
		c := newChaos(t)
		failing := map[lifecycle.ActionType]bool{}
		for a := lifecycle.RunSandbox; a.IsRequest(); a++ {
			failing[a] = rapid.IntRange(0, 5).Draw(t, "fails "+a.String()) == 0
		}
		c.step(c.now)
		for range 200 {
			for n := 0; len(c.requests) > 0; n++ {
				if n > mostActions {
					t.Fatalf("at %v it asks without end, at last for %v", c.now, c.requests[0].Type)
				}
				a := c.requests[0]
				c.requests = c.requests[1:]
				ev := answerTo(&a)
				if failing[a.Type] {
					ev.Err, ev.Answer = "no luck", probe.Answer{Outcome: probe.OutcomeFailure}
				} else if a.Type == lifecycle.StopContainer {
					c.end(a.Instance, 143)
				}
				c.step(c.now, ev)
			}
			at, ok := c.pod.Deadline()
			if rapid.IntRange(0, 9).Draw(t, "something") == 0 {
				c.step(c.now, drawFact(t, c))
			} else if ok {
				c.step(at)
			}
		}
	})
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
