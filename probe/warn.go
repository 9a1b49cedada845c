package probe

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/podclock/podclock/internal/expand"
)

// Warnings returns what can never work in the probes and hooks of a container, although the
// API server accepts it: a port name that no port of the container has (P98), a reference to
// a variable with valueFrom, which a probe's command does not get (P99), and a tcpSocket
// hook, which the kubelet does not have (C35). Each detail ends with the cure.
func Warnings(c *corev1.Container, path *field.Path) field.ErrorList {
	w := warner{container: c}
	for _, kind := range Kinds {
		if p := Of(c, kind); p != nil {
			at := path.Child(kind.String() + "Probe")
			w.handler(handlerOf(&p.ProbeHandler), at, probeFutility[kind])
			w.command(p.Exec, at.Child("exec", "command"))
		}
	}
	if l := c.Lifecycle; l != nil {
		w.hook(l.PostStart, path.Child("lifecycle", "postStart"),
			"the hook fails and the container is killed, each time (C33)")
		w.hook(l.PreStop, path.Child("lifecycle", "preStop"), "the hook fails at once, each time (C44)")
	}
	return w.found
}

// probeFutility is the consequence of a probe that always gives an error (P67).
var probeFutility = [...]string{
	Startup:   "the probe errs each time and the container never counts as started (P67)",
	Readiness: "the probe errs each time and the container is never ready (P67)",
	Liveness:  "the probe errs each time and the container is never restarted for it (P67)",
}

type warner struct {
	container *corev1.Container
	found     field.ErrorList
}

func (w *warner) hook(h *corev1.LifecycleHandler, path *field.Path, futility string) {
	switch {
	case h == nil:
	case h.TCPSocket != nil:
		w.found = append(w.found, &field.Error{Type: field.ErrorTypeNotSupported, Field: path.String(), BadValue: "tcpSocket",
			Detail: futility + ", for the kubelet has no such hook (C35); use httpGet or exec"})
	default:
		w.handler(hookOf(h), path, futility)
	}
}

func (w *warner) handler(h handler, path *field.Path, futility string) {
	if h.http != nil {
		w.port(h.http.Port, path.Child("httpGet", "port"), futility)
	}
	if h.tcp != nil {
		w.port(h.tcp.Port, path.Child("tcpSocket", "port"), futility)
	}
}

// port looks for a port's name among the container's own ports (P96). It ignores a name that
// is a number: Validate refuses that (P97).
func (w *warner) port(port intstr.IntOrString, path *field.Path, futility string) {
	if port.Type != intstr.String {
		return
	}
	var names []string
	for i := range w.container.Ports {
		switch name := w.container.Ports[i].Name; name {
		case port.StrVal:
			return
		case "":
		default:
			names = append(names, name)
		}
	}
	cure := "write a number, or give a port that name"
	if len(names) > 0 {
		cure = "write one of its names, " + strings.Join(names, ", ") + ", or a number"
	}
	w.found = append(w.found, &field.Error{Type: field.ErrorTypeNotFound, Field: path.String(), BadValue: port.StrVal,
		Detail: fmt.Sprintf("container %s has no port of that name: %s; %s", w.container.Name, futility, cure)})
}

// command looks for variables with valueFrom. In a probe's command they expand to nothing
// (P99).
func (w *warner) command(exec *corev1.ExecAction, path *field.Path) {
	if exec == nil {
		return
	}
	for i, word := range exec.Command {
		expand.Word(word, func(name string) (string, bool) {
			if w.from(name) {
				w.found = append(w.found, field.Invalid(path.Index(i), word, fmt.Sprintf(
					"$(%s) becomes nothing: a probe's command knows no valueFrom (P99); let a shell in the container look it up: "+
						"sh -c '… $%s'", name, name)))
			}
			return "", false
		})
	}
}

// from reports whether a variable has valueFrom. The last entry of a name counts.
func (w *warner) from(name string) bool {
	env := w.container.Env
	for i := len(env) - 1; i >= 0; i-- {
		if env[i].Name == name {
			return env[i].ValueFrom != nil
		}
	}
	return false
}
