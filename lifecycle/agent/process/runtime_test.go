//go:build unix

package process

import (
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

// behaving makes a container of each behaviour. The stop signal to ignore is
// one that does nothing by default, because a trap might be set too late.
func behaving(b runtimetest.Behaviour) corev1.Container {
	c := corev1.Container{Name: "app", Image: "app:1"}
	switch b {
	case runtimetest.Hello:
		c.Command = []string{"echo", "hello"}
	case runtimetest.ExitWith3:
		c.Command, c.Args = []string{"sh", "-c"}, []string{"exit 3"}
	case runtimetest.Verify:
		c.Command = []string{"sh", "-c",
			`[ "$VERIFY" = "a value" ] || exit 4; [ "$1" = "an argument" ] || exit 5; [ "$PWD" = / ] || exit 6`, "sh"}
	case runtimetest.IgnoreStop:
		signal := corev1.Signal("SIGWINCH")
		c.Lifecycle = &corev1.Lifecycle{StopSignal: &signal}
		c.Command = []string{"sleep", "1000"}
	default:
		c.Command = []string{"sleep", "1000"}
	}
	return c
}

func TestTheRuntimeObeysTheRules(t *testing.T) {
	runtimetest.Run(t, func(t *testing.T) agent.Runtime { return newRuntime(t, Options{}) }, behaving)
}

func TestExitCodesAreThoseOfContainers(t *testing.T) { // C8
	b := newBench(t, Options{})
	for _, test := range []struct {
		script string
		code   int32
	}{
		{"exit 0", 0},
		{"exit 1", 1},
		{"exit 255", 255},
		{"kill -TERM $$$$", 143},
		{"kill -KILL $$$$", 137},
		{"kill -INT $$$$", 130},
		{"no-such-program-here", 127}, // the shell's own
	} {
		n := b.end(b.start(test.script))
		if n.ExitCode != test.code || n.Reason != "" { // that of an ordinary end is the machine's to say
			t.Errorf("%s: %d %q, want %d and no reason", test.script, n.ExitCode, n.Reason, test.code)
		}
	}
}

func TestAStartThatFailsSaysWhy(t *testing.T) { // C8
	b := newBench(t, Options{})
	c := b.create(&corev1.Container{Command: []string{"no-such-program-here"}})
	err := b.r.StartContainer(b.ctx, c.record.ID)
	const want = `exec: "no-such-program-here": executable file not found in $PATH`
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	have, err := b.r.List(b.ctx)
	b.must(err)
	if s := have.Containers[0]; s.State != agent.StateExited || s.ExitCode != 128 || s.Reason != "StartError" || s.RuntimeMessage != want || !s.StartedAt.IsZero() {
		t.Errorf("listed as %+v", s)
	}
	if len(b.notices) > 0 {
		t.Errorf("notice %+v of what never ran", <-b.notices)
	}
	if err := b.r.StartContainer(b.ctx, c.record.ID); err == nil {
		t.Error("it starts a second time")
	}
}

func TestAContainerHasItsOwnWorkingDirectory(t *testing.T) {
	b := newBench(t, Options{})
	c := b.start("pwd -P; echo here > file")
	b.end(c)
	if got := read(t, c.dir+"/work/file"); got != "here\n" {
		t.Errorf("wrote %q", got)
	}
	given := t.TempDir()
	c = b.startSpec(&corev1.Container{Command: []string{"sh", "-c", "echo here > file"}, WorkingDir: given})
	b.end(c)
	if got := read(t, given+"/file"); got != "here\n" {
		t.Errorf("wrote %q", got)
	}
	c = b.create(&corev1.Container{Command: []string{"true"}, WorkingDir: given + "/missing"})
	if err := b.r.StartContainer(b.ctx, c.record.ID); err == nil {
		t.Error("started in a directory that is not there")
	}
}

func TestSandboxesHaveAddressesOfTheirOwnOnLoopback(t *testing.T) {
	b := newBench(t, Options{})
	b.pod.Spec.HostNetwork = true
	s, err := b.r.RunSandbox(b.ctx, agent.SandboxConfig{Pod: b.identity(), Spec: b.pod})
	b.must(err)
	if s.IP != "" {
		t.Errorf("a pod with hostNetwork has address %s", s.IP)
	}
	b.pod.Spec.HostNetwork = false
	s, err = b.r.RunSandbox(b.ctx, agent.SandboxConfig{Pod: b.identity(), Spec: b.pod})
	b.must(err)
	if same := runtime.GOOS != "linux"; same != (s.IP == b.sandbox.IP) {
		t.Errorf("two sandboxes have addresses %s and %s", s.IP, b.sandbox.IP)
	}
}

func TestOneRuntimeUsesADirectoryAtATime(t *testing.T) {
	r := newRuntime(t, Options{})
	if _, err := New(Options{Dir: r.o.Dir}); err == nil {
		t.Fatal("a second runtime uses the directory")
	}
}

func TestWrongOptionsAreRefusedTogether(t *testing.T) {
	_, err := New(Options{LogMaxSize: -1, LogMaxFiles: 1})
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 3 {
		t.Errorf("error %v, want three", err)
	}
}

func TestImagesAreDirectoriesOfPrograms(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/greet", []byte("#!/bin/sh\necho $@ from $0\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, Options{Images: map[string]Image{
		"greeter": {Dir: dir, Entrypoint: []string{"greet"}, Cmd: []string{"hello"}}, "gone": {Dir: dir + "/gone"},
	}})
	for image, want := range map[string]bool{"greeter:latest": true, "greeter": true, "greeter:2": false, "gone": false} {
		present, err := b.r.ImagePresent(b.ctx, image)
		if present != want || err != nil {
			t.Errorf("%s present: %v, %v", image, present, err)
		}
		size, err := b.r.PullImage(b.ctx, image, b.pod)
		if (err == nil) != want || want && size != 26 {
			t.Errorf("%s pulled: %d, %v", image, size, err)
		}
	}
	c := b.startSpec(&corev1.Container{Image: "greeter:latest"})
	b.end(c)
	if got, want := output(t, c), "hello from "+dir+"/greet\n"; got != want {
		t.Errorf("output %q, want %q", got, want)
	}
	c = b.startSpec(&corev1.Container{Image: "greeter:latest", Args: []string{"$(WHO)", "$$(WHO)"}, Env: []corev1.EnvVar{{Name: "WHO", Value: "you"}}})
	b.end(c)
	if got := c.record.Command; !slices.Equal(got, []string{"greet", "you", "$(WHO)"}) {
		t.Errorf("command %q", got)
	}
	spec := &corev1.Container{Name: "app", Image: "gone"}
	if _, err := b.r.CreateContainer(b.ctx, b.config(spec)); err == nil {
		t.Error("a container without a command is created")
	}
}

func TestARuntimeNeedsMain(t *testing.T) {
	mainCalled.Store(false)
	defer mainCalled.Store(true)
	if _, err := New(Options{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "call process.Main() first thing in main") {
		t.Errorf("error %v", err)
	}
}
