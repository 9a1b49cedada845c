package podclock

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe/answer"
)

// hookTarget is what a lifecycle hook goes to.
type hookTarget struct {
	container *corev1.Container
	kind      lifecycle.HookKind
	ip        string
	pod       lifecycle.Identity
}

func hookHandler(c *corev1.Container, kind lifecycle.HookKind) *corev1.LifecycleHandler {
	switch {
	case c.Lifecycle == nil:
		return nil
	case kind == lifecycle.PostStart:
		return c.Lifecycle.PostStart
	}
	return c.Lifecycle.PreStop
}

func (t hookTarget) gone() Reply { return Refused() }

// failure is the whole text of a hook that is replied to so; empty: it is well
// (C34).
func (t hookTarget) failure(r Reply) string {
	h := hookHandler(t.container, t.kind)
	if h.Exec != nil {
		return t.execFailure(h.Exec.Command, r)
	}
	err := t.httpError(h.HTTPGet, r)
	if err == "" {
		return ""
	}
	return t.words().HTTP(h.HTTPGet.Path, err)
}

func (t hookTarget) words() answer.Hook {
	return answer.Hook{Container: t.container.Name, Pod: t.pod.String()}
}

func (t hookTarget) execFailure(command []string, r Reply) string {
	var err, output string
	switch {
	case r.kind == ReplyError:
		err = r.text
	case r.kind == ReplyRefuse:
		err = notRunning
	case r.kind == ReplyFail, r.kind == ReplyStatus && r.code != 0: // C36
		err = fmt.Sprintf("command '%s' exited with %d: ", strings.Join(command, " "), r.code)
		output = r.text
	default:
		return ""
	}
	return t.words().Exec(command, err, output)
}

// httpError is why an httpGet hook fails: any answer of a server is good, for
// a hook (C37).
func (t hookTarget) httpError(get *corev1.HTTPGetAction, r Reply) string {
	port, err := answer.Port(get.Port, t.container.Ports)
	if err != nil {
		return err.Error()
	}
	address := answer.Address(answer.Host(get.Host, t.ip), port)
	url := answer.URL(get, address).String()
	switch {
	case r.kind == ReplyRefuse:
		return answer.GetError(url, answer.DialRefused(address))
	case r.kind == ReplyError:
		return r.text
	case r.kind == ReplyStatus && r.code == sigkilled: // cut off with its container
		return answer.GetError(url, "EOF")
	}
	return ""
}
