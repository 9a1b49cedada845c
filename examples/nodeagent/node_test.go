//go:build unix

package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// place returns an empty directory with a short path, because sockets are made in it.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "node")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// waits is a pod that does nothing for an hour.
const waits = `{apiVersion: v1, kind: Pod, metadata: {name: waits}, spec: {terminationGracePeriodSeconds: 5, containers: [
  {name: app, image: "nodeagent/demo:1", command: [demo, job, -delay=1h]}]}}
`

func ready(c corev1.ContainerStatus) bool   { return c.Ready }
func running(c corev1.ContainerStatus) bool { return c.State.Running != nil }

func TestTheNodeRunsItsManifestsForReal(t *testing.T) {
	t.Parallel()
	manifests := place(t)
	if err := os.CopyFS(manifests, os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	n := start(t, manifests, place(t))
	web := n.container("web-n1", "ready", ready)
	n.container("grpc-n1", "ready", ready)
	if web.Annotations["kubernetes.io/config.source"] != "file" || web.Spec.NodeName != "n1" || web.Status.Phase != corev1.PodRunning {
		t.Errorf("not a static pod that runs: %+v", web)
	}
	if health := n.get("/healthz"); health != "ok\n" {
		t.Errorf("health %q", health)
	}
	n.keepsPagesOut(web)
	n.hangs(web)
	n.follows(manifests)
	n.measures()
	n.backsOff()
	n.signal(syscall.SIGTERM)
	n.exits(0)
	if pids := left(n.state); len(pids) > 0 {
		t.Errorf("processes are left: %v", pids)
	}
}

// keepsPagesOut sends requests as a page of another site would.
func (n *started) keepsPagesOut(web corev1.Pod) {
	n.t.Helper()
	ask := func(method, url, host, origin string) int {
		r, err := http.NewRequest(method, url, nil)
		if err != nil {
			n.t.Fatal(err)
		}
		r.Host = host
		r.Header.Set("Origin", origin)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			n.t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	for _, path := range []string{"/pods", "/metrics", "/healthz"} {
		if code := ask("GET", n.url+path, "evil.test:10255", ""); code != http.StatusForbidden {
			n.t.Errorf("%s for another host: %d", path, code)
		}
	}
	if code := ask("POST", "http://"+web.Status.PodIP+":8080/hang", "", "http://evil.test"); code != http.StatusForbidden {
		n.t.Errorf("a page of another site makes the web server hang: %d", code)
	}
}

func TestAStateDirectoryThatOthersMayWriteIsRefused(t *testing.T) {
	dir := place(t)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	o := options{manifests: place(t), state: dir, listen: "127.0.0.1:0", node: "n1", interval: time.Hour}
	err := run(o, newLogger(io.Discard), nil)
	for _, part := range []string{"-state: " + dir, "others may write to it", "chmod go-w", "name another directory"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v; want %q in it", err, part)
		}
	}
}

// hangs makes the web server hang, so that its liveness probe restarts it.
func (n *started) hangs(web corev1.Pod) {
	n.t.Helper()
	n.until("web hangs", func() string {
		response, err := http.Post("http://"+web.Status.PodIP+":8080/hang", "", nil)
		if err != nil {
			return err.Error()
		}
		response.Body.Close()
		return ""
	})
	n.container("web-n1", "restarted", func(c corev1.ContainerStatus) bool { return c.RestartCount > 0 && c.Ready })
	n.logs("Container web failed liveness probe, will be restarted")
}

// follows adds, changes, breaks and removes a manifest.
func (n *started) follows(manifests string) {
	n.t.Helper()
	file := filepath.Join(manifests, "waits.yaml")
	write(n.t, file, waits)
	before := n.container("waits-n1", "running", running)
	write(n.t, file, strings.Replace(waits, "1h", "2h", 1))
	var after corev1.Pod
	n.until("the changed pod runs", func() string {
		pods, runs := n.pods("waits-n1"), 0
		for i := range pods {
			if list := pods[i].Status.ContainerStatuses; len(list) == 1 && running(list[0]) {
				after = pods[i]
				runs++
			}
		}
		if runs > 1 {
			n.t.Fatalf("two pods of one name run at once: %+v", pods) // not allowed for static pods (S84)
		}
		if len(pods) == 1 && runs == 1 && after.UID != before.UID {
			return ""
		}
		return "it does not"
	})
	write(n.t, file, "apiVersion: v1\nkind: Pod\nmetadata: {name: waits}\nspec: {container: []}\n")
	n.logs("waits.yaml:4: spec.container: unknown field; did you mean containers?")
	if pods := n.pods("waits-n1"); len(pods) != 1 || pods[0].UID != after.UID || pods[0].DeletionTimestamp != nil {
		n.t.Errorf("the broken file has changed its pod: %+v", pods)
	}
	if err := os.Remove(file); err != nil {
		n.t.Fatal(err)
	}
	n.until("the removed pod is gone", func() string {
		if len(n.pods("waits-n1")) > 0 {
			return "it is there"
		}
		return ""
	})
}

// measures checks one series of each kind.
func (n *started) measures() {
	n.t.Helper()
	text := n.get("/metrics")
	for _, want := range []string{
		`prober_probe_total{container="web",namespace="default",pod="web-n1",pod_uid="UID",probe_type="Startup",result="successful"}`,
		`prober_probe_total{container="web",namespace="default",pod="web-n1",pod_uid="UID",probe_type="Liveness",result="failed"}`,
		`prober_probe_duration_seconds_count{container="grpc",namespace="default",pod="grpc-n1",probe_type="Readiness"}`,
		`kube_pod_status_phase{namespace="default",phase="Running",pod="web-n1",uid="UID"} 1`,
		`kube_pod_container_status_restarts_total{container="web",namespace="default",pod="web-n1",uid="UID"} `,
	} {
		if want = strings.Replace(want, "UID", string(n.pods("web-n1")[0].UID), 1); !strings.Contains(text, want) {
			n.t.Errorf("no %s in the metrics:\n%s", want, text)
		}
	}
	if strings.Contains(text, "waits-n1") {
		n.t.Errorf("a pod that is gone is still measured:\n%s", text)
	}
}

// backsOff waits for the second restart of the job. The first one has no back-off.
func (n *started) backsOff() {
	n.t.Helper()
	job := n.container("job-n1", "restarted twice", func(c corev1.ContainerStatus) bool {
		return c.RestartCount >= 2 && c.State.Terminated != nil && c.LastTerminationState.Terminated != nil
	})
	c := job.Status.ContainerStatuses[0]
	if d := c.State.Terminated.StartedAt.Sub(c.LastTerminationState.Terminated.FinishedAt.Time); d < 9*time.Second { // 10 s, of whole seconds
		n.t.Errorf("restarted %s after its end; want the back-off of 10 s", d)
	}
	if message := c.State.Terminated.Message; message != "the database does not answer" {
		n.t.Errorf("termination message %q", message)
	}
}

func TestAKilledAgentsPodsGoOn(t *testing.T) {
	t.Parallel()
	manifests, state := place(t), place(t)
	write(t, filepath.Join(manifests, "waits.yaml"), waits)
	record := place(t)
	n := start(t, manifests, state, "-record", record)
	before := n.container("waits-n1", "running", running).Status.ContainerStatuses[0]
	n.signal(syscall.SIGKILL)
	n.exits(-1)
	recordings, _ := filepath.Glob(filepath.Join(record, "*.podclock.jsonl"))
	if len(recordings) != 1 {
		t.Fatalf("recordings %v; want one", recordings)
	}
	if text, err := os.ReadFile(recordings[0]); err != nil || !strings.Contains(string(text), "waits-n1") {
		t.Errorf("the pod is not in the recording: %v: %s", err, text)
	}
	n = start(t, manifests, state)
	after := n.container("waits-n1", "running", running).Status.ContainerStatuses[0]
	if after.ContainerID != before.ContainerID || after.RestartCount != 0 {
		t.Errorf("container %s with %d restarts became %s with %d", before.ContainerID, before.RestartCount, after.ContainerID, after.RestartCount)
	}
	n.signal(syscall.SIGTERM)
	n.exits(0)
	n = start(t, manifests, state) // nothing was left of it
	n.container("waits-n1", "running", func(c corev1.ContainerStatus) bool { return running(c) && c.ContainerID != before.ContainerID })
	n.signal(syscall.SIGTERM)
	n.exits(0)
	if pids := left(state); len(pids) > 0 {
		t.Errorf("processes are left: %v", pids)
	}
}

func TestAHookThatHangsDoesNotKeepTheAgent(t *testing.T) {
	t.Parallel()
	manifests, state := place(t), place(t)
	write(t, filepath.Join(manifests, "hangs.yaml"), `
apiVersion: v1
kind: Pod
metadata: {name: hangs}
spec:
  terminationGracePeriodSeconds: 3600
  containers:
  - name: app
    image: sh:1
    command: [sleep, "3600"]
    lifecycle: {postStart: {exec: {command: [sh, -c, 'trap "" TERM; while :; do sleep 1; done']}}}
`)
	n := start(t, manifests, state)
	n.logs("Started: Container started")
	n.signal(syscall.SIGTERM)
	n.exits(0)
	if pids := left(state); len(pids) > 0 {
		t.Errorf("processes are left: %v", pids)
	}
}

func TestASecondSignalKills(t *testing.T) {
	t.Parallel()
	manifests, state := place(t), place(t)
	file := filepath.Join(manifests, "stubborn.yaml")
	write(t, file, `
apiVersion: v1
kind: Pod
metadata: {name: stubborn}
spec:
  terminationGracePeriodSeconds: 3600
  containers: [{name: app, image: "sh:1", command: [sh, -c, 'trap "" TERM; while :; do sleep 1; done']}]
`)
	n := start(t, manifests, state)
	n.container("stubborn-n1", "running", running)
	n.signal(syscall.SIGTERM)
	n.logs("stopping all pods")
	n.signal(syscall.SIGINT)
	n.exits(1)
	n.logs("interrupt again: killed: default/stubborn-n1")
	if pids := left(state); len(pids) > 0 {
		t.Errorf("processes are left: %v", pids)
	}

	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	n = start(t, manifests, state) // forgets the pod
	n.until("the stubborn one is gone", func() string {
		if pods := n.pods("stubborn-n1"); len(pods) > 0 {
			return fmt.Sprint(pods)
		}
		return ""
	})
	n.signal(syscall.SIGTERM)
	n.exits(0)
}
