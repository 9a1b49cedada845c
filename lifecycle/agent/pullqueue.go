package agent

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
)

// pullQueue decides when an image is pulled: when its turn has come, one at a
// time, as a kubelet does by default, or at once if parallel (I12). It measures
// each pull with and without its wait, since events say both (I11).
type pullQueue struct {
	parallel bool
	pulls    []pull // in the order of their requests; if not parallel, the first is under way
}

// pull is the request for an image.
type pull struct {
	answer       message
	image        string
	spec         *corev1.Pod
	asked, begun time.Time
}

// add queues a pull, and reports whether it begins at once.
func (q *pullQueue) add(now time.Time, p pull) (begins bool) {
	p.asked = now
	begins = q.parallel || len(q.pulls) == 0
	if begins {
		p.begun = now
	}
	q.pulls = append(q.pulls, p)
	return begins
}

// finish drops the pull that m answers, after it has noted in m how long that
// took. It returns the pull that begins now; false if there is none.
func (q *pullQueue) finish(now time.Time, m *message) (next pull, begins bool) {
	for i := range q.pulls {
		p := &q.pulls[i]
		if p.answer.pod != m.pod || p.answer.ev.Op != m.ev.Op {
			continue
		}
		m.ev.Took, m.ev.TookInLine = now.Sub(p.begun), now.Sub(p.asked)
		q.pulls = append(q.pulls[:i], q.pulls[i+1:]...)
		break
	}
	if q.parallel || len(q.pulls) == 0 {
		return pull{}, false
	}
	q.pulls[0].begun = now
	return q.pulls[0], true
}

// requestPull pulls an image, when its turn has come.
func (a *Agent) requestPull(p *pod, act *lifecycle.Action) {
	next := pull{
		answer: a.calls.answerTo(p, act, lifecycle.ImagePulled), image: act.Image, spec: p.machine.Template().Pod(),
	}
	if a.pulls.add(a.now, next) {
		a.beginPull(next)
	}
}

func (a *Agent) beginPull(p pull) {
	ctx := p.answer.pod.starting.context(a.calls.ctx)
	a.calls.begin(p.answer, func(_ context.Context, m *message) (err error) {
		m.ev.Size, err = a.o.Runtime.PullImage(ctx, p.image, p.spec)
		return err
	})
}

// pulled begins the next pull.
func (a *Agent) pulled(m *message) {
	if next, begins := a.pulls.finish(a.now, m); begins {
		a.beginPull(next)
	}
}
