package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

// looking is a source for an agent with a runtime in memory.
type looking struct {
	*source
	t   *testing.T
	log bytes.Buffer
}

func look(t *testing.T) *looking {
	t.Helper()
	l := &looking{t: t}
	log, pods := newLogger(&l.log), newPods()
	var err error
	if pods.Agent, err = agent.New(agent.Options{Runtime: &runtimetest.Fake{}, Config: config, OnStatus: pods.onStatus}); err != nil {
		t.Fatal(err)
	}
	l.source = &source{options: options{manifests: t.TempDir(), node: "n1"}, pods: pods, log: log}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- pods.Run(ctx) }()
	t.Cleanup(func() {
		if cancel(); <-ended != nil {
			t.Error("the agent has failed")
		}
	})
	return l
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// settled is long enough for everything that follows from a change. Another pod with the
// same name waits for up to 15 s (S84).
const settled = 20 * time.Second

// with writes a file and looks. If content is "", it removes the file.
func (l *looking) with(name, content string) {
	l.t.Helper()
	file := filepath.Join(l.manifests, name)
	if content == "" {
		if err := os.Remove(file); err != nil {
			l.t.Fatal(err)
		}
	} else {
		write(l.t, file, content)
	}
	l.look()
	time.Sleep(settled)
	synctest.Wait()
}

// has checks the pods and their phases.
func (l *looking) has(want string) []*corev1.Pod {
	l.t.Helper()
	var have []string
	list := l.pods.Pods()
	for _, pod := range list {
		have = append(have, pod.Name+" "+string(pod.Status.Phase))
	}
	if got := strings.Join(have, ", "); got != want {
		l.t.Errorf("pods: %s; want: %s", got, want)
	}
	return list
}

func (l *looking) logged(text string, times int) {
	l.t.Helper()
	if n := strings.Count(l.log.String(), text); n != times {
		l.t.Errorf("logged %d times, not %d: %s\n%s", n, times, text, &l.log)
	}
}

// pod returns a manifest.
func pod(name, image string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: " + name + "\nspec:\n  containers:\n  - {name: app, image: \"" + image + "\"}\n"
}

func TestPodsFollowTheirManifests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := look(t)
		l.with("a.yaml", pod("a", "a:1"))
		l.with("b.json", `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"}, "spec": {"containers": [{"name": "app", "image": "b:1"}]}}`)
		for _, name := range []string{".hidden.yaml", "notes.txt", "c.yaml~"} {
			l.with(name, pod("c", "c:1"))
		}
		first := l.has("a-n1 Running, b-n1 Running")[0].UID
		l.with("a.yaml", "# A comment is no change.\n"+pod("a", "a:1"))
		if uid := l.has("a-n1 Running, b-n1 Running")[0].UID; uid != first {
			t.Errorf("a comment has made another pod: UID %s, then %s", first, uid)
		}
		l.with("a.yaml", pod("a", "a:2"))
		if uid := l.has("b-n1 Running, a-n1 Running")[1].UID; uid == first {
			t.Error("another image has not made another pod")
		}
		l.with("a.yaml", "")
		l.has("b-n1 Running")
	})
}

// The agent knows a UID as long as the runtime has dead containers with it.
func TestAPodThatIsPutBackRunsWhenItsPredecessorIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := look(t)
		l.with("a.yaml", pod("a", "a:1"))
		first := l.has("a-n1 Running")[0].UID
		l.with("a.yaml", "")
		l.has("")
		l.with("a.yaml", pod("a", "a:1"))
		for range 60 {
			time.Sleep(2 * time.Second)
			l.look()
		}
		synctest.Wait()
		if uid := l.has("a-n1 Running")[0].UID; uid != first {
			t.Errorf("UID %s, then %s", first, uid)
		}
	})
}

func TestOnePodOfANameRunsAtATime(t *testing.T) { // S84
	synctest.Test(t, func(t *testing.T) {
		l := look(t)
		l.with("a.yaml", pod("a", "a:1"))
		l.with("copy.yaml", pod("a", "a:1"))
		l.has("a-n1 Running, a-n1 ")
		l.with("a.yaml", "")
		time.Sleep(time.Minute)
		synctest.Wait()
		l.has("a-n1 Running")
	})
}

func TestABrokenManifestSaysWhereAndLeavesAllElseAlone(t *testing.T) {
	for what, c := range map[string]struct{ broken, line string }{
		"no YAML":       {"apiVersion: [\n", "a.yaml:1: not valid YAML"},
		"unknown field": {strings.Replace(pod("a", "a:1"), "image", "imgae", 1), "a.yaml:7: spec.containers[0].imgae: unknown field; did you mean image?"},
		"refused":       {pod("a", ""), "a.yaml:7: spec.containers[0].image: Required value"},
		"no pod":        {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "a.yaml:1: no pod: it holds ConfigMap"},
		"two pods":      {pod("a", "a:1") + "---\n" + pod("b", "b:1"), "a.yaml:9: Pod/b: a static pod's file holds one Pod"},
		"a template": {
			"apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {template: {spec: {restartPolicy: Never, containers: []}}}\n",
			"a.yaml:1: Job/a: a static pod's file holds one Pod",
		},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := look(t)
				l.with("a.yaml", c.broken)
				l.with("b.yaml", pod("b", "b:1"))
				l.has("b-n1 Running")
				l.logged(c.line, 1)
				l.with("a.yaml", pod("a", "a:1"))
				l.has("b-n1 Running, a-n1 Running")
				l.with("a.yaml", c.broken) // again
				l.has("b-n1 Running, a-n1 Running")
				l.logged(c.line, 2)
			})
		})
	}
}

func TestADirectoryThatCannotBeReadEndsNoPod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := look(t)
		l.with("a.yaml", pod("a", "a:1"))
		if err := os.RemoveAll(l.manifests); err != nil {
			t.Fatal(err)
		}
		l.look()
		l.has("a-n1 Running")
		l.logged("the manifests cannot be read", 1)
		if age := l.age(); age != settled {
			t.Errorf("the last good look was %s ago; want %s", age, settled)
		}
	})
}

func TestTheManifestsOfTheExampleAreInOrder(t *testing.T) {
	s := &source{options: options{manifests: "manifests", node: "n1"}}
	files, err := s.files()
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v; want web, grpc and job", files, err)
	}
	for _, file := range files {
		if _, err := s.load(file); err != nil {
			t.Error(err)
		}
	}
}
