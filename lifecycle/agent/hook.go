package agent

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe/handler"
)

// hookPatience is how long a Prober may take to return from a hook whose context has
// ended.
const hookPatience = time.Second

// runHook runs a hook. A postStart hook ends when the agent ends the pod, since the
// pod waits for it (C32). A preStop hook ends when the pod's time to end is over, or
// when it is all that the pod is kept for.
func (a *Agent) runHook(p *pod, act *lifecycle.Action) {
	spec := p.machine.Template().Container(act.Container)
	target := p.target(spec, p.address(a.o.Config.HostIP), p.idOf(act.Instance), a.o.Runtime)
	hook, ctx := spec.Lifecycle.PostStart, p.starting.context(a.calls.ctx)
	if act.Hook == lifecycle.PreStop {
		hook, ctx = spec.Lifecycle.PreStop, p.stopping.context(a.calls.ctx)
	}
	a.calls.begin(a.calls.answerTo(p, act, lifecycle.HookFinished), func(_ context.Context, m *message) error {
		answer := a.waitForHook(ctx, target, hook)
		m.ev.Err, m.ev.Fallback = answer.Message, answer.Fallback // set if HTTPS failed and HTTP succeeded (C37)
		return nil
	})
}

// waitForHook runs a hook to its end. If the Prober does not return though ctx has
// ended, nobody waits for it any more.
func (a *Agent) waitForHook(ctx context.Context, target handler.Target, hook *corev1.LifecycleHandler,
) handler.HookAnswer {
	ended := make(chan handler.HookAnswer, 1)
	go func() { ended <- a.o.Prober.RunHook(ctx, target, hook) }()
	select {
	case answer := <-ended:
		return answer
	case <-ctx.Done():
	}
	late := make(chan struct{})
	timer := a.o.Clock.AfterFunc(hookPatience, func() { close(late) })
	defer timer.Stop()
	select {
	case answer := <-ended:
		return answer
	case <-late:
		a.o.Logger.Error("the Prober does not end a hook whose context has ended: the hook is left to itself", "pod",
			target.Pod, "container", target.Container)
		return handler.HookAnswer{Message: "the hook did not end: " + context.Cause(ctx).Error()}
	}
}
