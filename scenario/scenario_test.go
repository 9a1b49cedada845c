package scenario

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// read reads a scenario of testdata.
func read(t *testing.T, file string) *Scenario {
	t.Helper()
	s, err := Read("testdata/scenarios/"+file, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryKeyOfAScenarioReachesTheSimulator(t *testing.T) {
	s := read(t, "every-key.yaml")
	o := s.Options
	if s.TimingName != "kubelet" || o.Timing == nil {
		t.Errorf("timing %q, %v", s.TimingName, o.Timing != nil)
	}
	if len(o.Pods) != 1 || o.Pods[0].Manifest.Name != "web" || o.Pods[0].Replicas != 2 || !o.Pods[0].NameTaken {
		t.Fatalf("pods %+v", o.Pods)
	}
	equal(t, "sandbox", o.Pods[0].Sandbox, podclock.Sandbox{
		Errors: []string{"no network", "no disk"}, StatusError: "not found", Takes: 2 * time.Second, StopTakes: time.Second, DiesAfter: 20 * time.Minute, IP: "10.0.0.7",
	})
	equal(t, "world", []any{o.For, o.Start.String(), o.Seed, o.ParallelPulls, o.NoLeap},
		[]any{90 * time.Minute, "2026-03-04 05:06:07 +0000 UTC", uint64(18446744073709551615), true, true})
	equal(t, "kubelet", o.Config, lifecycle.Config{
		Restart: restart.Config{
			Gates:                     restart.Gates{DisableContainerRestartRules: true, DisableRestartAllContainers: true, ReduceCrashLoopBackOffDecay: true},
			MaxContainerRestartPeriod: time.Minute,
		},
		Gates: lifecycle.Gates{
			DisableOnDemandRelist: true, DisableReadyToStartCondition: true, ResetOnKubeletRestart: true, DisableEnsureSecretPulledImages: true,
		},
		Without:    lifecycle.QuirkS14 | lifecycle.QuirkC43,
		Standalone: true, NoLogs: true, UncancelledExec: true, HostIP: "192.0.2.1",
	})
	equal(t, "latency", o.Latency, podclock.Latency{
		RunSandbox: 450 * time.Millisecond, StopSandbox: 120 * time.Millisecond, CreateContainer: 70 * time.Millisecond,
		StartContainer: 160 * time.Millisecond, RemoveContainer: 10 * time.Millisecond, Exec: 5 * time.Millisecond,
	})
	equal(t, "images", o.Images, map[string]podclock.Image{
		"web:1": {}, "tool:1": {Present: true},
		"other:1": {Size: 123, Pulls: []podclock.Pull{{Takes: 3 * time.Second}, {Takes: 2 * time.Second, Error: "not found"}}},
	})
	equal(t, "setup", o.Pods[0].Apps["setup"], podclock.App(podclock.Script{{Exit: &podclock.Exit{}}}))
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(podclock.Reply{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestRunsDifferFromWhatStandsAboveThemInWhatTheySay(t *testing.T) {
	script := read(t, "every-key.yaml").Options.Pods[0].Apps["web"].(podclock.Script)
	if len(script) != 6 {
		t.Fatalf("%d runs; want 6", len(script))
	}
	base := podclock.ScriptRun{
		CreateDelay: time.Second, StartDelay: 2 * time.Second,
		Probes:  podclock.Steps{{Reply: podclock.OK()}},
		Startup: podclock.Steps{{Reply: podclock.Refused()}, {From: 10 * time.Second, Reply: podclock.OK()}},
		Readiness: podclock.Steps{
			{Reply: podclock.Fail("")},
			{From: 5 * time.Second, Reply: podclock.HTTP(503, "")},
			{From: 6 * time.Second, Reply: podclock.Serving("NOT_SERVING")},
			{From: 7 * time.Second, Reply: podclock.HTTP(503, "busy").After(2 * time.Second)},
			{From: 8 * time.Second, Reply: podclock.ExitStatus(3, "text")},
			{From: 9 * time.Second, Reply: podclock.Fail("disk full")},
			{From: 10 * time.Second, Reply: podclock.Error("runtime is gone")},
			{From: 11 * time.Second, Reply: podclock.Serving("UNKNOWN")},
			{From: 12 * time.Second, Reply: podclock.Redirect(302, "http://other/", "moved")},
			{From: 13 * time.Second, Reply: podclock.Hang()},
			{From: 14 * time.Second, Reply: podclock.Stall()},
			{From: 15 * time.Second, Reply: podclock.Error("runtime error")},
			{From: 16 * time.Second, Reply: podclock.OK().After(1500 * time.Millisecond)},
		},
		Exec: map[string]podclock.Steps{"cat /tmp/alive": {{Reply: podclock.HTTP(1, "")}, {From: time.Minute, Reply: podclock.OK()}}},
		Servers: []podclock.Server{
			{Kind: podclock.HTTPServer, Port: 8080, Steps: podclock.Steps{
				{Path: "/ready", Reply: podclock.HTTP(503, "")}, {Path: "/", Reply: podclock.OK()}, {Path: "/ready", From: time.Minute, Reply: podclock.OK()},
			}},
			{Kind: podclock.GRPCServer, Port: 9000, Steps: podclock.Steps{{Reply: podclock.Serving("NOT_SERVING")}}},
			{Kind: podclock.TCPServer, Port: 5432, Steps: podclock.Steps{{From: 6 * time.Second, Reply: podclock.OK()}}},
		},
		PostStart: podclock.Steps{{Reply: podclock.OK().After(time.Second)}},
		PreStop:   podclock.Steps{{Reply: podclock.Fail("")}},
		Term:      &podclock.Term{After: 3 * time.Second, Message: "bye"},
		Cut:       podclock.Error("runtime error"),
		Log:       "last words",
	}
	want := podclock.Script{base, base, base, base, base, base}
	want[0].Exit = &podclock.Exit{Code: 7}
	want[1].Exit = &podclock.Exit{After: 24 * time.Hour, Code: 137, Reason: "OOMKilled", Message: "text"}
	want[2].CreateError = "no device"
	want[3].StartError = "no such file"
	want[4].StopError, want[4].RemoveError = "device busy", "device busy"
	want[5].Term = &podclock.Term{Ignore: true}
	equal(t, "script", script, want)
}

func TestFactsComeInOrderOfTime(t *testing.T) {
	five, ten := int64(5), int64(10)
	facts := read(t, "every-key.yaml").Options.Facts
	var updated *corev1.Pod
	for i, f := range facts {
		if u, ok := f.Fact.(podclock.Update); ok {
			updated = read(t, "every-key.yaml").Options.Pods[0].Manifest.DeepCopy()
			u.Change(updated)
			facts[i].Fact = podclock.Update{Pod: u.Pod}
		}
	}
	if updated == nil || updated.Spec.Containers[0].Image != "web:2" || *updated.Spec.ActiveDeadlineSeconds != 86400 {
		t.Errorf("updated to %v", updated)
	}
	minute := func(n int, f podclock.Fact) podclock.TimedFact {
		return podclock.TimedFact{At: time.Duration(n) * time.Minute, Fact: f}
	}
	equal(t, "facts", facts, []podclock.TimedFact{
		minute(0, podclock.Refuse{Pod: "web-1", Reason: "OutOfcpu", Message: "text"}),
		minute(1, podclock.KillSandbox{}),
		minute(2, podclock.Crash{Container: "web", Code: 1}),
		minute(3, podclock.Crash{Pod: "web-1", Container: "web", Code: 3, Reason: "OOMKilled", Message: "text"}),
		minute(3, podclock.RestartKubelet{}),
		minute(4, podclock.HangApp{Container: "web"}),
		minute(4, podclock.RecoverApp{Pod: "web-1", Container: "web"}),
		minute(5, podclock.Outage{Name: "database", Containers: []string{"web"}, Probes: []probe.Kind{probe.Readiness, probe.Liveness}, Reply: podclock.HTTP(503, ""), For: 2 * time.Minute}),
		minute(6, podclock.SpoilImage{Image: "web:1", Error: "gone"}),
		minute(7, podclock.SpoilImage{Image: "tool:1", Error: "not found"}),
		minute(8, podclock.SetCondition{Condition: corev1.PodCondition{Type: "example.com/gate", Status: "True", Reason: "R", Message: "M"}}),
		minute(9, podclock.Update{}),
		minute(10, podclock.LoseNode{Pod: "web-0"}),
		minute(11, podclock.ReturnNode{Pod: "web-0"}),
		minute(12, podclock.FreeName{}),
		minute(13, podclock.LoseNetwork{Message: "text"}),
		minute(14, podclock.ReturnNetwork{}),
		minute(15, podclock.LoseContainer{Container: "web"}),
		minute(16, podclock.LoseContainer{Pod: "web-1", Container: "web"}),
		minute(20, podclock.Evict{Pod: "web-1", Reason: "Evicted", Message: "text", Grace: &five}),
		minute(21, podclock.Evict{Pod: "web-1", LocalStorage: true}),
		minute(25, podclock.Shutdown{Pod: "web-1", Grace: &five}),
		minute(30, podclock.Delete{Grace: &ten}),
		minute(40, podclock.Remove{Pod: "web-1"}),
	})
}

func TestSeveralPodsHaveTheirManifestsInline(t *testing.T) {
	pods := read(t, "several-pods.yaml").Options.Pods
	if len(pods) != 2 || pods[0].Manifest.Name != "a" || pods[1].Manifest.Name != "b" {
		t.Fatalf("pods %+v", pods)
	}
	equal(t, "b", []any{pods[1].At, pods[1].Replicas, pods[1].Sandbox}, []any{30 * time.Second, 2, podclock.Sandbox{Takes: time.Second}})
}

func TestAManifestAloneIsAScenario(t *testing.T) {
	s, err := Read("testdata/manifests/monitoring.yaml", "")
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Options.Pods) != 1 || s.Options.Pods[0].Manifest.Name != "prometheus-main" || s.Options.Pods[0].Apps != nil {
		t.Errorf("pods %+v", s.Options.Pods)
	}
}

func TestTheCallersChoiceOfAnObjectGoesBeforeTheFiles(t *testing.T) {
	data, err := os.ReadFile("testdata/scenarios/every-key.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = Parse("s.yaml", data, "Pod/other", nil)
	if err == nil || !strings.Contains(err.Error(), `the pod has no container "web"`) {
		t.Errorf("error %v; want one of Pod/other, which has no container web", err)
	}
}

func TestAPodThatComesAfterTheEndIsNotThereYet(t *testing.T) {
	open := func(string) ([]byte, error) { return []byte(manyPods("web")), nil }
	s, err := Parse("s.yaml", []byte("for: 10s\npods:\n- {manifest: m.yaml, at: 30s}\n"), "", open)
	if err != nil {
		t.Fatal(err)
	}
	result, err := s.Run()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := WriteSummary(&out, result); err != nil {
		t.Fatal(err)
	}
	equal(t, "summary", out.String(), "default/web after 10s: not there yet\n")
}
