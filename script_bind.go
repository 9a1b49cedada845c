package podclock

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/answer"
	"github.com/podclock/podclock/timeline"
)

// boundScript is a script that knows its container: which steps answer which
// probe and hook is worked out once.
type boundScript struct {
	runs []boundRun
}

type boundRun struct {
	*ScriptRun
	plan    Plan
	probes  [len(probe.Kinds) + 1]Steps // by probe.Kind
	servers [len(probe.Kinds) + 1]bool  // whether they are steps of a server
	hooks   [lifecycle.PreStop + 1]Steps
}

// Bind implements [Binder]: it checks the script against its container.
func (s Script) Bind(_ *corev1.Pod, c *corev1.Container) (App, error) {
	if len(s) == 0 {
		s = Script{{}}
	}
	runs := slices.Clone(s)
	b := &boundScript{runs: make([]boundRun, len(runs))}
	var errs []error
	for i := range runs {
		if err := runs[i].check(c); err != nil {
			errs = append(errs, fmt.Errorf("run %d: %w", i, err))
			continue
		}
		b.runs[i] = runs[i].bind(c)
	}
	return b, errors.Join(errs...)
}

func (r *ScriptRun) bind(c *corev1.Container) boundRun {
	b := boundRun{ScriptRun: r, plan: Plan{
		CreateDelay: r.CreateDelay, StartDelay: r.StartDelay, CreateError: r.CreateError, StartError: r.StartError,
		StopError: r.StopError, RemoveError: r.RemoveError,
		Exit: r.Exit, Log: r.Log,
	}}
	for _, kind := range probe.Kinds {
		if p := probe.Of(c, kind); p != nil {
			b.probes[kind], b.servers[kind] = r.probeSteps(c, p, kind)
			b.plan.Notes = append(b.plan.Notes, notes(target{c, p, ""}, kind, b.probes[kind])...)
		}
	}
	slices.SortStableFunc(b.plan.Notes, func(x, y Note) int { return int(x.After - y.After) })
	for _, hook := range []lifecycle.HookKind{lifecycle.PostStart, lifecycle.PreStop} {
		if h := hookHandler(c, hook); h != nil {
			b.hooks[hook] = r.hookSteps(c, h, hook)
		}
	}
	return b
}

// probeSteps finds the steps that answer a probe.
func (r *ScriptRun) probeSteps(c *corev1.Container, p *corev1.Probe, kind probe.Kind) (steps Steps, server bool) {
	if own := r.kindSteps(kind); own != nil {
		return own.filled(OK()), false
	}
	if p.Exec != nil {
		if steps, ok := r.Exec[strings.Join(p.Exec.Command, " ")]; ok {
			return steps.filled(OK()), false
		}
		return r.Probes.filled(OK()), false
	}
	if len(r.Servers) == 0 {
		return r.Probes.filled(OK()), false
	}
	port, _ := target{c, p, ""}.port()
	path := ""
	if p.HTTPGet != nil {
		path = pathOf(p.HTTPGet.Path)
	}
	return r.serverSteps(port, path), true
}

func (r *ScriptRun) kindSteps(kind probe.Kind) Steps {
	switch kind {
	case probe.Startup:
		return r.Startup
	case probe.Readiness:
		return r.Readiness
	}
	return r.Liveness
}

func (r *ScriptRun) hookSteps(c *corev1.Container, h *corev1.LifecycleHandler, hook lifecycle.HookKind) Steps {
	own := r.PostStart
	if hook == lifecycle.PreStop {
		own = r.PreStop
	}
	switch {
	case own != nil:
		return own.filled(OK())
	case h.Exec != nil:
		return r.Exec[strings.Join(h.Exec.Command, " ")].filled(OK())
	case h.HTTPGet != nil && len(r.Servers) > 0:
		port, _ := answer.Port(h.HTTPGet.Port, c.Ports)
		return r.serverSteps(port, pathOf(h.HTTPGet.Path))
	}
	return Steps(nil).filled(OK())
}

// serverSteps are the steps of the server on a port that are for a path.
func (r *ScriptRun) serverSteps(port int, path string) Steps {
	var steps Steps
	for i := range r.Servers {
		if s := &r.Servers[i]; s.Port == port {
			for _, step := range s.Steps {
				if step.Path == "" || step.Path == path {
					steps = append(steps, step)
				}
			}
		}
	}
	return steps.filled(Refused())
}

// filled is the steps from the start on: before the first, the reply first.
func (s Steps) filled(first Reply) Steps {
	if len(s) > 0 && s[0].From == 0 {
		return s
	}
	return append(Steps{{Reply: first}}, s...)
}

// at is the reply at a time since the start of the run, and until when; 0: for
// good. The last step that has begun counts.
func (s Steps) at(since time.Duration) (r Reply, until time.Duration) {
	i := len(s) - 1
	for i > 0 && s[i].From > since {
		until = s[i].From
		i--
	}
	return s[i].Reply, until
}

func pathOf(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	if !strings.HasPrefix(u.Path, "/") {
		return "/" + u.Path
	}
	return u.Path
}

// notes tells when the answers to a probe turn bad or good.
func notes(t target, kind probe.Kind, steps Steps) []Note {
	var notes []Note
	well := true
	for i, step := range steps {
		if i+1 < len(steps) && steps[i+1].From == step.From {
			continue // it never counts
		}
		answer, _ := t.answer(step.Reply)
		now := answer.Err == "" && (answer.Outcome == probe.OutcomeSuccess || answer.Outcome == probe.OutcomeWarning)
		if now != well {
			notes = append(notes, Note{After: step.From, Reason: noteReason(kind, now), Text: noteText(kind, now, step.Reply)})
		}
		well = now
	}
	return notes
}

func noteReason(kind probe.Kind, well bool) string {
	switch {
	case kind != probe.Liveness:
		return "Change" // it is in the nature of the others that they fail at times
	case well:
		return timeline.Recovery
	}
	return timeline.Trouble
}

func noteText(kind probe.Kind, well bool, r Reply) string {
	if well {
		return fmt.Sprintf("the app answers its %s probe well from here on", kind)
	}
	return fmt.Sprintf("the app fails its %s probe from here on: %s", kind, r)
}

// run is the run number n.
func (b *boundScript) run(n int) *boundRun { return &b.runs[min(n, len(b.runs)-1)] }

// Create implements [App].
func (b *boundScript) Create(c *Call) Plan { return b.run(c.Run).plan }

// Probe implements [App].
func (b *boundScript) Probe(c *Call, kind probe.Kind) Reply {
	run := b.run(c.Run)
	r, until := run.probes[kind].at(c.Since)
	if r.location != "" && run.servers[kind] {
		p := probe.Of(c.Spec, kind)
		return run.follow(target{c.Spec, p, c.IP}, c.Since, r)
	}
	if until == 0 {
		return r.Until(forever(c))
	}
	return r.Until(c.Now.Add(until - c.Since))
}

// Hook implements [App].
func (b *boundScript) Hook(c *Call, hook lifecycle.HookKind) Reply {
	r, _ := b.run(c.Run).hooks[hook].at(c.Since)
	return r
}

// Terminate implements [App].
func (b *boundScript) Terminate(c *Call) Term {
	run := b.run(c.Run)
	if run.Term == nil {
		return Healthy{}.Terminate(c)
	}
	return *run.Term
}

func (b *boundScript) cutReply(n int) Reply { return b.run(n).Cut }

// follow follows redirects while they stay on the same host (P109).
func (r *ScriptRun) follow(t target, since time.Duration, reply Reply) Reply {
	const most = 10
	base, err := url.Parse(t.url())
	if err != nil {
		return reply
	}
	host := base.Hostname()
	total := reply.latency
	for range most {
		next, err := base.Parse(reply.location)
		if !answer.Redirects(reply.code) || reply.location == "" || err != nil || next.Hostname() != host {
			return reply.After(total)
		}
		base = next
		reply, _ = r.serverSteps(portOf(base), pathOf(base.Path)).at(since)
		total += reply.latency
	}
	if !answer.Redirects(reply.code) || reply.location == "" {
		return reply.After(total)
	}
	reply.redirects = true
	return reply.After(total)
}

func portOf(u *url.URL) int {
	if n := u.Port(); n != "" {
		port, _ := strconv.Atoi(n)
		return port
	}
	if u.Scheme == "https" {
		return 443
	}
	return 80
}
