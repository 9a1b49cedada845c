package runtimetest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
)

// Run checks that a runtime obeys the rules of [agent.Runtime]. newRuntime
// makes a runtime for each check, which has nothing yet. It may clean up with
// t.Cleanup, and call t.Parallel. container makes a container with a given
// behaviour. Its image must exist. Run also runs its command and args as a
// command in another container.
//
// A failure says what the check did, what it got, what the rule wants, and
// where to look. C8 and the like are rules of docs/rules.md.
//
// A call that panics fails its check, and so does a call that does not return
// after its context has ended. The other checks still run. But a panic in a
// goroutine that the runtime has started ends the test program, because only
// that goroutine can recover it.
func Run(t *testing.T, newRuntime func(t *testing.T) agent.Runtime, container func(Behaviour) corev1.Container) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			guard(t, func() { try(t, newRuntime(t), container, c.make) })
		})
	}
}

// guard fails the check if newRuntime or container panics.
func guard(t testing.TB, do func()) {
	defer func() {
		if v := recover(); v != nil {
			t.Error(finding{"called what Run was given", panicText(v),
				"a new runtime, or a container that does what its Behaviour says (Run)", "the stack"})
		}
	}()
	do()
}

// try makes one check.
func try(t testing.TB, r agent.Runtime, container func(Behaviour) corev1.Container, check func(*bench)) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b := &bench{t: t, ctx: ctx, runtime: r, container: container, notices: make(chan agent.Notice, 100)}
	b.begin("Subscribe", func() error {
		r.Subscribe(func(n agent.Notice) { b.notices <- n })
		return nil
	}).wait()
	check(b)
}

// bench checks one runtime.
type bench struct {
	t         testing.TB
	ctx       context.Context
	runtime   agent.Runtime
	container func(Behaviour) corev1.Container
	notices   chan agent.Notice
	made      int
	ids       []string // of everything that was made
}

func (b *bench) pod(behaviour Behaviour) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pod", UID: "00000000-0000-4000-8000-000000000001"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{b.container(behaviour)}},
	}
}

// sandbox returns the configuration of a sandbox.
func (b *bench) sandbox(behaviour Behaviour) agent.SandboxConfig {
	pod := b.pod(behaviour)
	return agent.SandboxConfig{Pod: lifecycle.Identity{Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID}, Spec: pod,
		Attempt: uint64(b.made)}
}

// create makes a container in a sandbox of its own.
func (b *bench) create(behaviour Behaviour) (sandbox, id string) {
	b.t.Helper()
	config := b.sandbox(behaviour)
	s := b.runSandbox(config)
	return s.ID, b.createIn(s, config).ID
}

func (b *bench) runSandbox(config agent.SandboxConfig) (s agent.Sandbox) {
	b.t.Helper()
	did := fmt.Sprintf("RunSandbox(pod %v, attempt %d)", config.Pod, config.Attempt)
	b.begin(did, func() (err error) {
		s, err = b.runtime.RunSandbox(b.ctx, config)
		return err
	}).succeeds(able, lookAtCall)
	b.unique(did, s.ID)
	if s.IP == "" {
		b.report(finding{
			did, fmt.Sprintf("the sandbox %q has no IP", s.ID),
			"an IP, unless the pod has hostNetwork: a sandbox without one counts as gone (agent.Sandbox; S1)",
			"whether the address is known by the time RunSandbox returns",
		})
	}
	return s
}

// createIn makes the container of the pod, with a new attempt.
func (b *bench) createIn(s agent.Sandbox, config agent.SandboxConfig) (c agent.Container) {
	b.t.Helper()
	b.haveImage(config.Spec)
	call := b.createCall(s, config, "in a sandbox that is ready", &c)
	call.succeeds(able, lookAtCall)
	b.unique(call.did, c.ID)
	b.made++
	return c
}

// unique checks that a new ID was never used before.
func (b *bench) unique(did, id string) {
	b.t.Helper()
	if id == "" || slices.Contains(b.ids, id) {
		b.fatal(finding{
			did, fmt.Sprintf("the ID %q, after %q", id, b.ids),
			"an ID that is unique for good among sandboxes and containers (agent.Runtime, rule 3)",
			"what the ID is made of: pod, name and attempt are not enough, because they are used again",
		})
	}
	b.ids = append(b.ids, id)
}

// createCall begins a call of CreateContainer. Read made after the call has
// ended.
func (b *bench) createCall(s agent.Sandbox, config agent.SandboxConfig, which string, made *agent.Container) *call {
	spec := &config.Spec.Spec.Containers[0]
	did := fmt.Sprintf("CreateContainer(%q, image %q, sandbox %q, attempt %d) %s", spec.Name, spec.Image, s.ID, b.made,
		which)
	return b.begin(did, func() (err error) {
		*made, err = b.runtime.CreateContainer(b.ctx, agent.ContainerConfig{
			Pod: config.Pod, Sandbox: s.ID, IP: s.IP, PodSpec: config.Spec, Spec: spec, Image: spec.Image,
			Attempt: uint64(b.made),
		})
		return err
	})
}

// haveImage pulls the image of the pod's container, if it is not present.
func (b *bench) haveImage(pod *corev1.Pod) {
	b.t.Helper()
	image, present := pod.Spec.Containers[0].Image, false
	b.begin(fmt.Sprintf("ImagePresent(%q)", image), func() (err error) {
		present, err = b.runtime.ImagePresent(b.ctx, image)
		return err
	}).succeeds("it succeeds, also for a missing image (agent.Runtime)",
		"the error: a missing image is not an error")
	if present {
		return
	}
	b.begin(fmt.Sprintf("PullImage(%q), which is not present", image), func() error {
		_, err := b.runtime.PullImage(b.ctx, image, pod)
		return err
	}).succeeds("it succeeds: the images of the containers that the test's own func makes must exist (Run)",
		"the error; the name of the image")
}

// start makes a container in a sandbox of its own and starts it.
func (b *bench) start(behaviour Behaviour) (sandbox, id string) {
	b.t.Helper()
	sandbox, id = b.create(behaviour)
	b.startContainer(id, "of one that was created to "+string(behaviour)).succeeds(able, lookAtCall)
	return sandbox, id
}

// notice waits for the notice of a container's end.
func (b *bench) notice(id, did string) agent.Notice {
	b.t.Helper()
	select {
	case n := <-b.notices:
		if n.Container != id {
			b.fatal(finding{
				did, "the notice " + noticeText(n),
				fmt.Sprintf("one with Container %q, exactly one for each end (agent.Runtime, rule 4)", id),
				"the ID in the notice: it must be the one that CreateContainer returned",
			})
		}
		return n
	case <-b.ctx.Done():
		b.fatal(finding{
			did, fmt.Sprintf("no notice of the end of container %q came in %v", id, patience),
			"each container that was started ends in exactly one notice, however it ended (agent.Runtime, rule 4)",
			"whether the func given to Subscribe is called for an end that no call has asked for, and for one during " +
				"StartContainer",
		})
	}
	panic("unreachable")
}

// told returns the notice that the runtime must have given before a call
// returned.
func (b *bench) told(id string, c *call) agent.Notice {
	b.t.Helper()
	if len(b.notices) == 0 {
		b.fatal(finding{
			c.did, fmt.Sprintf("it returned, and no notice of the end of container %q had come", id),
			"a stop returns after the notices of the containers that it has ended (agent.Runtime, rule 5)",
			"whether the stop waits until the end is seen and its notice given, and not only until the signal is sent",
		})
	}
	return b.notice(id, c.did)
}

// quiet fails the check if there is one more notice.
func (b *bench) quiet(did string) {
	b.t.Helper()
	if len(b.notices) > 0 {
		b.report(finding{
			did, "one more notice, " + noticeText(<-b.notices),
			"one notice for each end of a container that was started, and none for what never ran (agent.Runtime, rule 4)",
			"whether the stop and what watches the container both give one",
		})
	}
}

// code checks the exit code of a notice.
func (b *bench) code(did string, n agent.Notice, want int32, why string) {
	b.t.Helper()
	if n.ExitCode != want {
		b.report(finding{
			did, "the notice " + noticeText(n), fmt.Sprintf("ExitCode %d: %s (agent.Notice; C8)", want, why),
			"where ExitCode comes from: it is the process's exit status, or 128 + the number of the signal that ended it; and " +
				"whether the container does what its Behaviour says",
		})
	}
}
