package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/internal/kill"
)

func postStart(c *corev1.Container) *corev1.LifecycleHandler {
	if c.Lifecycle == nil {
		return nil
	}
	return c.Lifecycle.PostStart
}

// runHook sets a hook off. The kubelet itself sleeps; exec and httpGet are the
// shell's (C34–C38).
func (p *Pod) runHook(i int, instance uint64, kind HookKind, h *corev1.LifecycleHandler) kill.HookRun {
	switch {
	case h.Exec != nil, h.HTTPGet != nil:
		return kill.HookRun{Op: p.out.request(Action{Type: RunHook, Container: i, Instance: instance, Hook: kind})}
	case h.Sleep != nil:
		d := time.Duration(h.Sleep.Seconds) * time.Second
		if d == 0 {
			return kill.HookRun{}
		}
		return kill.HookRun{Ends: p.now.Add(d)}
	default: // C35: tcpSocket passes validation and cannot be run
		return kill.HookRun{Err: fmt.Sprintf("Cannot run handler: invalid handler: %v", h)}
	}
}
