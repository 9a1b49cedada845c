package agent

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
)

// pull is an image to be pulled.
type pull struct {
	answer       message
	image        string
	spec         *corev1.Pod
	asked, begun time.Time
}

// queuePull pulls an image, when its turn has come.
func (a *Agent) queuePull(p *pod, act *lifecycle.Action) {
	next := pull{answer: a.answerTo(p, act, lifecycle.ImagePulled), image: act.Image, spec: p.machine.Template().Pod(),
		asked: a.now}
	a.pulls = append(a.pulls, next)
	if a.o.ParallelPulls || len(a.pulls) == 1 { // I12
		a.beginPull(&a.pulls[len(a.pulls)-1])
	}
}

func (a *Agent) beginPull(p *pull) {
	p.begun = a.now
	image, spec := p.image, p.spec
	a.call(p.answer, func(ctx context.Context, m *message) (err error) {
		m.ev.Size, err = a.o.Runtime.PullImage(ctx, image, spec)
		return err
	})
}

// pulled notes how long a pull has taken, and begins the next one.
func (a *Agent) pulled(m *message) {
	for i := range a.pulls {
		p := &a.pulls[i]
		if p.answer.pod != m.pod || p.answer.ev.Op != m.ev.Op {
			continue
		}
		m.ev.Took, m.ev.TookInLine = a.now.Sub(p.begun), a.now.Sub(p.asked) // I11
		a.pulls = append(a.pulls[:i], a.pulls[i+1:]...)
		break
	}
	if !a.o.ParallelPulls && len(a.pulls) > 0 {
		a.beginPull(&a.pulls[0])
	}
}
