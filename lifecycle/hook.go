package lifecycle

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// hookRun is a hook that was set off: answered by the shell (op), over by
// itself (ends), or failed at once (err). All zero: it succeeded at once.
type hookRun struct {
	op   uint64
	ends time.Time
	err  string
}

// strayHook is a preStop hook that outlived its grace period: it goes on, and
// its failure is still recorded (C43, C44).
type strayHook struct {
	Op        uint64 `json:"op"`
	Container int    `json:"container"`
}

func postStart(c *corev1.Container) *corev1.LifecycleHandler {
	if c.Lifecycle == nil {
		return nil
	}
	return c.Lifecycle.PostStart
}

func preStop(c *corev1.Container) *corev1.LifecycleHandler {
	if c.Lifecycle == nil {
		return nil
	}
	return c.Lifecycle.PreStop
}

// runHook sets a hook off. The kubelet itself sleeps; exec and httpGet are the
// shell's (C34–C38).
func (p *Pod) runHook(i int, instance uint64, kind HookKind, h *corev1.LifecycleHandler) hookRun {
	switch {
	case h.Exec != nil, h.HTTPGet != nil:
		return hookRun{op: p.out.request(Action{Type: RunHook, Container: i, Instance: instance, Hook: kind})}
	case h.Sleep != nil:
		d := time.Duration(h.Sleep.Seconds) * time.Second
		if d == 0 {
			return hookRun{}
		}
		return hookRun{ends: p.now.Add(d)}
	default: // C35: tcpSocket passes validation and cannot be run
		return hookRun{err: fmt.Sprintf("Cannot run handler: invalid handler: %v", h)}
	}
}
