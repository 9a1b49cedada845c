package agent_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
)

// hanging is a Prober whose hooks take for ever. If it is deaf, they go on though
// their context has ended, until the test ends.
type hanging struct {
	prober
	deaf bool
	over chan struct{}
}

func newHanging(t *testing.T, deaf bool) *hanging {
	h := &hanging{deaf: deaf, over: make(chan struct{})}
	t.Cleanup(func() { close(h.over) })
	return h
}

func (h *hanging) RunHook(ctx context.Context, _ handler.Target, _ *corev1.LifecycleHandler) handler.HookAnswer {
	if h.deaf {
		<-h.over
	} else {
		<-ctx.Done()
	}
	return handler.HookAnswer{Message: "cut short"}
}

var someHook = &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"hang"}}}

func postStart(p *corev1.Pod) {
	p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PostStart: someHook}
}
func preStop(p *corev1.Pod) { p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PreStop: someHook} }

func grace(seconds int64) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Spec.TerminationGracePeriodSeconds = &seconds }
}

// second adds a container that is started after the first.
func second(p *corev1.Pod) {
	p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "second", Image: "app:1"})
}

// drains drains an agent, and checks how long that takes and that nothing is left.
func drains(s *story, r *apart, least, most time.Duration) {
	s.t.Helper()
	began := time.Now()
	if err := s.Drain(s.t.Context()); err != nil {
		s.t.Error(err)
	}
	if took := time.Since(began); took < least || took > most {
		s.t.Errorf("it takes %v; want %v to %v", took, least, most)
	}
	have, err := r.List(s.t.Context())
	if err != nil || len(have.Containers)+len(have.Sandboxes) > 0 || len(s.Pods()) > 0 {
		s.t.Errorf("left: %d pods, %+v, %v", len(s.Pods()), have, err)
	}
}

const soon = 500 * time.Millisecond

func TestDrainEndsWithinTheGracePeriodWhateverHooksDo(t *testing.T) {
	for name, c := range map[string]struct {
		deaf, stubborn bool // hooks ignore their context, apps the stop signal
		pod            []func(*corev1.Pod)
		least, most    time.Duration
	}{
		"nothing hangs":           {pod: nil, most: soon},
		"postStart":               {pod: []func(*corev1.Pod){postStart, second}, most: soon},
		"postStart, deaf":         {deaf: true, pod: []func(*corev1.Pod){postStart, second}, least: time.Second, most: time.Second + soon},
		"postStart, stubborn":     {stubborn: true, pod: []func(*corev1.Pod){postStart, second}, least: 10 * time.Second, most: 12*time.Second + soon},
		"preStop":                 {pod: []func(*corev1.Pod){preStop}, least: 10 * time.Second, most: 10*time.Second + soon},
		"preStop, stubborn":       {stubborn: true, pod: []func(*corev1.Pod){preStop, second}, least: 12 * time.Second, most: 12*time.Second + soon},
		"preStop, deaf, stubborn": {deaf: true, stubborn: true, pod: []func(*corev1.Pod){preStop}, least: 12 * time.Second, most: 13*time.Second + soon},
		"a sleep": {stubborn: true, pod: []func(*corev1.Pod){second, func(p *corev1.Pod) {
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 10}}}
		}}, least: 10 * time.Second, most: 12*time.Second + soon},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newApart(t, &runtimetest.Fake{})
				if c.stubborn {
					r = stubborn(t)
				}
				s := begin(t, agent.Options{Runtime: r, Prober: newHanging(t, c.deaf)})
				s.add(web("1", append(c.pod, grace(10))...))
				drains(s, r, c.least, c.most)
				if err := s.Add(web("2")); err == nil || !strings.Contains(err.Error(), "ends all pods") {
					t.Errorf("another pod: %v", err)
				}
			})
		})
	}
}

// A kill with a longer grace period of its own does not keep the agent either.
func TestDrainShortensAKillThatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := stubborn(t)
		s := begin(t, agent.Options{Runtime: r, Prober: &failing{}})
		s.add(web("1", liveness, grace(10), func(p *corev1.Pod) {
			hour := int64(3600)
			p.Spec.Containers[0].LivenessProbe.TerminationGracePeriodSeconds = &hour
		}))
		s.after(10 * time.Second)
		if s.told("spec.containers{app} Killing") == 0 {
			t.Fatalf("it is not being killed: %q", s.events)
		}
		drains(s, r, 10*time.Second, 12*time.Second+soon)
	})
}

func TestDrainCutsPullsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newApart(t, &runtimetest.Fake{
			Present: func(string) bool { return false },
			Pull:    func(string) runtimetest.PullPlan { return runtimetest.PullPlan{Takes: time.Hour} },
		})
		s := begin(t, agent.Options{Runtime: r})
		s.add(web("1"))
		s.add(web("2", other)) // waits for its turn
		s.after(time.Minute)
		drains(s, r, 0, soon)
	})
}

func TestDrainSaysWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lockedLog
		mock := clock.NewMock()
		s := begin(t, agent.Options{Clock: mock, Prober: newHanging(t, false), Logger: log.logger()})
		s.must(s.Add(web("1", preStop, grace(12))))
		settle(mock, time.Second)
		s.phase("1", corev1.PodRunning)
		ended := make(chan error, 1)
		go func() { ended <- s.Drain(t.Context()) }()
		settle(mock, 4900*time.Millisecond)
		if n := log.count("waiting for pods to end"); n != 0 {
			t.Errorf("said %d times in less than 5 s: %s", n, log.text())
		}
		settle(mock, 5200*time.Millisecond)
		want := "default/web: preStop hook of app for 5s, is killed in 9s at the latest"
		if n := log.count("waiting for pods to end"); n != 2 || log.count(want) != 1 {
			t.Errorf("said %d times in 10 s, want 2, and %q: %s", n, want, log.text())
		}
		settle(mock, 5*time.Second)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		settle(mock, time.Minute)
		if n := log.count("waiting for pods to end"); n > 3 {
			t.Errorf("it goes on: %s", log.text())
		}
	})
}

func TestDrainKillsAtOnceWhenItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, dir := stubborn(t), t.TempDir()
		s := begin(t, agent.Options{Runtime: r, Prober: newHanging(t, true), StateDir: dir})
		s.add(web("1", postStart, grace(3600)))
		s.add(web("2", other, grace(3600)))
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(20*time.Second, func() { cancel(errors.New("interrupt again")) })
		began := time.Now()
		err := s.Drain(ctx)
		if err == nil || !strings.Contains(err.Error(), "interrupt again: killed: default/web, default/other") {
			t.Errorf("error %v", err)
		}
		if took := time.Since(began); took != 20*time.Second || len(r.Running()) > 0 {
			t.Errorf("after %v, %v run; want nothing at once", took, r.Running())
		}
		s.stop()
		next := begin(t, agent.Options{Runtime: r, StateDir: dir})
		next.after(time.Minute)
		if have, err := r.List(t.Context()); err != nil || len(have.Containers)+len(have.Sandboxes)+len(next.Pods()) > 0 {
			t.Errorf("the next agent leaves %d pods, %+v, %v", len(next.Pods()), have, err)
		}
	})
}

func TestDrainFailsIfTheAgentStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{Prober: newHanging(t, false)})
		s.add(web("1", preStop))
		ended := make(chan error, 1)
		go func() { ended <- s.Drain(t.Context()) }()
		s.after(time.Second)
		s.stop()
		for _, err := range []error{<-ended, s.Drain(t.Context())} {
			if err == nil || !strings.Contains(err.Error(), "it has stopped") {
				t.Errorf("error %v", err)
			}
		}
	})
}

// C43: it goes on in the background. Once the pod is finished, that is for nothing.
func TestAnAbandonedHookDoesNotKeepADeletedPod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, agent.Options{Prober: newHanging(t, false)})
		s.add(web("1", preStop, grace(10)))
		s.must(s.Delete("1", nil))
		s.after(15 * time.Second)
		if len(s.Pods()) > 0 || s.told("spec.containers{app} FailedPreStopHook") > 0 {
			t.Errorf("%d pods, events %q; want none, and no failure that a kubelet would not tell", len(s.Pods()), s.events)
		}
	})
}

func TestRunSaysWhatItWaitsForWhenItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lockedLog
		s := begin(t, agent.Options{Runtime: slowEnd{&runtimetest.Fake{}}, Logger: log.logger()})
		s.add(web("1"))
		s.must(s.Delete("1", nil))
		s.after(time.Second)
		began := time.Now()
		s.stop()
		if took := time.Since(began); took != 12*time.Second || log.count("default/web: StopContainer of app for 6s") != 1 {
			t.Errorf("took %v, said: %s", took, log.text())
		}
	})
}

func TestRunEndsWhateverHooksDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lockedLog
		s := begin(t, agent.Options{Prober: newHanging(t, true), Logger: log.logger()})
		s.add(web("1", postStart))
		began := time.Now()
		s.stop()
		if took := time.Since(began); took > 2*time.Second || log.count("does not end a hook") != 1 {
			t.Errorf("took %v, said: %s", took, log.text())
		}
	})
}

// failing is a Prober whose probes fail.
type failing struct{ prober }

func (failing) Probe(context.Context, handler.Target, *corev1.Probe) probe.Answer {
	return probe.Answer{Outcome: probe.OutcomeFailure}
}

// slowEnd is a runtime whose stops return 12 s after their context has ended.
type slowEnd struct{ *runtimetest.Fake }

func (slowEnd) StopContainer(ctx context.Context, _ string, _ time.Duration) error {
	<-ctx.Done()
	time.Sleep(12 * time.Second)
	return ctx.Err()
}

// settle lets the time of a mock pass in small steps, so that what is said between
// two of them has its effect.
func settle(mock *clock.Mock, d time.Duration) {
	for ; d > 0; d -= 100 * time.Millisecond {
		mock.Add(100 * time.Millisecond)
		synctest.Wait()
	}
}

// lockedLog is what was logged, by any goroutine.
type lockedLog struct {
	mu      sync.Mutex
	written bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written.Write(p)
}

func (l *lockedLog) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func (l *lockedLog) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written.String()
}

func (l *lockedLog) count(part string) int { return strings.Count(l.text(), part) }
