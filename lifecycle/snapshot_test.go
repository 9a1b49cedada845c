package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	"pgregory.net/rapid"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/restart"
)

// compareReborn gives the same event to a machine that has been through a
// snapshot, and wants the same of it.
func (c *chaos) compareReborn(now time.Time, events []lifecycle.Event, want []lifecycle.Action) {
	if c.reborn == nil {
		return
	}
	data, err := c.reborn.Snapshot()
	if err != nil {
		c.t.Fatal(err)
	}
	c.reborn, err = lifecycle.Restore(data, c.config, c.timing)
	if err != nil {
		c.t.Fatalf("%v in\n%s", err, data)
	}
	again, err := c.reborn.Snapshot()
	if err != nil || !bytes.Equal(data, again) {
		c.t.Fatalf("a snapshot is restored as another one: %v (-snapshot +restored):\n%s", err, cmp.Diff(decoded(data), decoded(again)))
	}
	got := c.reborn.Step(now, events...)
	c.same(events, "actions", want, got)
	d1, ok1 := c.pod.Deadline()
	if d2, ok2 := c.reborn.Deadline(); !d1.Equal(d2) || ok1 != ok2 {
		c.t.Fatalf("after %v the deadline is %v, and %v of the restored machine", types(events), d1, d2)
	}
	c.same(events, "status", c.pod.Status(), c.reborn.Status())
	c.same(events, "reported status", c.pod.Reported(), c.reborn.Reported())
	c.same(events, "open requests", c.pod.OpenRequests(), c.reborn.OpenRequests())
	c.same(events, "runtime", c.pod.Runtime(), c.reborn.Runtime())
}

// same compares fast, and explains only what differs.
func (c *chaos) same(after []lifecycle.Event, what string, want, got any) {
	if reflect.DeepEqual(want, got) {
		return
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(probe.Action{}), cmpopts.EquateEmpty()); diff != "" {
		c.t.Fatalf("%s after %v at %v (-original +restored):\n%s", what, types(after), c.now, diff)
	}
}

func decoded(data []byte) (doc any) {
	if err := json.Unmarshal(data, &doc); err != nil {
		return err.Error()
	}
	return doc
}

func TestARestoredMachineGoesOnAsTheOneThatWasSnapshotted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newChaos(t)
		c.reborn = c.pod.Clone()
		c.step(c.now)
		t.Repeat(c.moves())
	})
}

// soundSnapshots are machines in the middle of all kinds of work.
func soundSnapshots(t testing.TB) map[string][]byte {
	all := map[string][]byte{}
	for _, name := range []string{"new", "starting", "running", "back-off", "stopping", "removing", "postStart", "preStop"} {
		all[name] = soundSnapshot(t, name)
	}
	return all
}

func soundSnapshot(t testing.TB, name string) []byte {
	pod := simplePod()
	pod.Spec.InitContainers = []corev1.Container{{Name: "side", Image: "side:1", RestartPolicy: ptr(corev1.ContainerRestartPolicyAlways)}}
	exec := corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}
	hook := &corev1.LifecycleHandler{Exec: exec.Exec}
	app := &pod.Spec.Containers[0]
	app.LivenessProbe = &corev1.Probe{ProbeHandler: exec, FailureThreshold: 1}
	app.ReadinessProbe = &corev1.Probe{ProbeHandler: exec}
	app.Lifecycle = &corev1.Lifecycle{PostStart: hook, PreStop: hook}
	s := newShell(t, pod, lifecycle.KubeletTiming(rand.New(rand.NewPCG(1, 1))))
	hold := map[string]lifecycle.ActionType{"starting": lifecycle.CreateContainer, "stopping": lifecycle.StopContainer,
		"removing": lifecycle.StopSandbox, "postStart": lifecycle.RunHook, "preStop": lifecycle.RunHook}[name]
	s.holds[hold] = name != "preStop"
	s.give(lifecycle.Event{})
	if name != "new" {
		s.runUntil(epoch.Add(30 * time.Second))
	}
	if name == "back-off" {
		s.crashLoop(2 * time.Minute)
		s.exit(1)
		s.runUntil(s.now.Add(5 * time.Second))
	}
	s.holds[hold] = true
	if slices.Contains([]string{"stopping", "removing", "preStop"}, name) {
		s.give(lifecycle.Event{Type: lifecycle.PodDeleted})
		s.runUntil(s.now.Add(5 * time.Second))
	}
	data, err := s.pod.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// liveOn plays a machine for a while with a shell that answers everything.
func liveOn(t testing.TB, p *lifecycle.Pod) {
	var events []lifecycle.Event
	for _, r := range p.OpenRequests() {
		events = append(events, answerTo(&lifecycle.Action{Type: r.Type, Op: r.Op, Container: r.Container, Instance: r.Instance,
			Attempt: r.Attempt, Hook: r.Hook, Probe: r.Probe}))
	}
	end := epoch.Add(50 * 365 * 24 * time.Hour)
	var now time.Time
	for range 40 {
		for n := 0; len(events) > 0 && n < 2*mostActions; n++ {
			for _, a := range p.Step(now, events[0]) {
				if a.Type.IsRequest() {
					events = append(events, answerTo(&a))
				}
				p.ActionRecord(now, &a, lifecycle.APIView)
			}
			events = events[1:]
		}
		p.Columns(now, lifecycle.APIView)
		at, ok := p.Deadline()
		if !ok || at.After(end) {
			return
		}
		now, events = at, []lifecycle.Event{{}}
	}
}

// tamper changes one value somewhere in a decoded JSON document.
func tamper(t *rapid.T, v any, path string) (any, string) {
	if rapid.IntRange(0, 4).Draw(t, "here") > 0 {
		switch v := v.(type) {
		case map[string]any:
			keys := slices.Sorted(maps.Keys(v))
			if len(keys) > 0 {
				key := pick(t, "key", keys...)
				var where string
				v[key], where = tamper(t, v[key], path+"."+key)
				return v, where
			}
		case []any:
			if len(v) > 0 {
				i := rapid.IntRange(0, len(v)-1).Draw(t, "index")
				var where string
				v[i], where = tamper(t, v[i], fmt.Sprintf("%s[%d]", path, i))
				return v, where
			}
		}
	}
	return otherValue(t, v), path
}

func otherValue(t *rapid.T, v any) any {
	switch v := v.(type) {
	case json.Number:
		return json.Number(pick(t, "number", "0", "-1", "1", "2", "7", "1000000", "9223372036854775807"))
	case string:
		return pick(t, "string", "", "never", "0s", "-5s", "1000h", "sync", "terminated", "start", "stop", "check", "create", "prune", "reset", "kill",
			"snapshot", "idle", "waiting", "probing", "CreateContainer", "StartContainer", "StopSandbox", "exited", "running", "unknown", "absent",
			"0001-01-01T00:00:01Z", "2026-01-01T00:00:10Z", "9999-01-01T00:00:00Z", "Failed", "a", "base64:", "\xff")
	case bool:
		return !v
	case map[string]any:
		return map[string]any{}
	case []any:
		if len(v) > 0 && rapid.Bool().Draw(t, "twice") {
			return append(v, v[0])
		}
	}
	return nil
}

func TestATamperedSnapshotIsRefusedOrGivesAMachineThatRuns(t *testing.T) {
	sound := soundSnapshots(t)
	names := slices.Sorted(maps.Keys(sound))
	ran, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		var doc any
		d := json.NewDecoder(bytes.NewReader(sound[pick(t, "snapshot", names...)]))
		d.UseNumber()
		if err := d.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			var where string
			doc, where = tamper(t, doc, "")
			t.Logf("changed %s", where)
		}
		data, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		p, err := lifecycle.Restore(data, lifecycle.Config{}, nil)
		if err != nil {
			refused++
			return
		}
		ran++
		liveOn(nil, p)
	})
	if ran == 0 || refused == 0 {
		t.Errorf("%d ran and %d were refused", ran, refused)
	}
}

func FuzzRestore(f *testing.F) {
	for _, data := range soundSnapshots(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := lifecycle.Restore(data, lifecycle.Config{}, lifecycle.KubeletTiming(rand.New(rand.NewPCG(1, 1))))
		if err != nil {
			return
		}
		liveOn(t, p)
		if _, err := p.Snapshot(); err != nil && !strings.Contains(err.Error(), "year") {
			t.Error(err)
		}
	})
}

func TestWhatCannotBeRestoredIsRefused(t *testing.T) {
	for _, c := range []struct{ in, old, new, want string }{
		{"new", `"version":1`, `"version":2`, "version: 2: this release reads 1 alone"},
		{"new", `"version":1,`, ``, "version: 0: this release"},
		{"new", `"containers":`, `"flavour":1,"containers":`, `unknown field "flavour"`},
		{"new", `"name":"side"`, `"name":"other"`, "must be \"other\", as in the pod"},
		{"new", `"restartPolicy":"Always"`, `"restartPolicy":"Sometimes"`, "pod: "},
		{"new", `"reported":`, `"cached":`, "status.reported: all are required"},
		{"back-off", `"state":"running"`, `"state":"walking"`, `"walking"`},
		{"back-off", `"container":1`, `"container":7`, "container: 7: must be between 0 and 1, as the pod has 2 containers"},
		{"back-off", `"delay":"`, `"delay":"-`, "backoff.delay: -"},
		{"back-off", `"lastAttempt":-1`, `"lastAttempt":-2`, "lastAttempt: -2: must be a count, or -1"},
		{"back-off", `"sandbox":1,"attempt":`, `"sandbox":1,"attempt":-`, "].attempt: -"},
		{"back-off", `"lastOp":`, `"lastOp":1}`, "something follows the end"},
		{"starting", `"waitsForOp":`, `"waitsForOp":1`, "pass.waitsForOp: 1"},
		{"starting", `"step":"create"`, `"step":"pull"`, "must be the op of an open request [PullImage]"},
		{"starting", `"stage":"start"`, `"stage":"idle"`, `"idle"`},
		{"starting", `"start":[1]`, `"start":[2]`, "pass.plan.start[0]: 2: must be between 0 and 1"},
		{"stopping", `"stage":"stop"`, `"stage":"preStop"`, "kills.kills[0]"},
		{"preStop", `"stage":"preStop"`, `"stage":"stop"`, "must be the op of an open request [StopContainer]"},
		{"stopping", `"graceSeconds":30`, `"graceSeconds":30,"volume":1`, `unknown field "volume"`},
	} {
		data := string(soundSnapshot(t, c.in))
		broken := strings.Replace(data, c.old, c.new, 1)
		if broken == data {
			t.Fatalf("there is no %s in %s", c.old, data)
		}
		_, err := lifecycle.Restore([]byte(broken), lifecycle.Config{}, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "lifecycle: snapshot: ") ||
			!strings.HasSuffix(err.Error(), "or begin with New and KubeletRestarted") {
			t.Errorf("%s: %s instead of %s: %v, want %q", c.in, c.new, c.old, err, c.want)
		}
	}
}

func TestATruncatedSnapshotIsRefused(t *testing.T) {
	data := soundSnapshot(t, "back-off")
	for n := 0; n < len(data); n += 97 {
		if _, err := lifecycle.Restore(data[:n], lifecycle.Config{}, nil); err == nil {
			t.Errorf("%d of %d bytes were restored", n, len(data))
		}
	}
	_, err := lifecycle.Restore(data[:100], lifecycle.Config{}, nil)
	if err == nil || !strings.Contains(err.Error(), "byte 100 of 100: unexpected EOF") {
		t.Errorf("cut at byte 100: %v", err)
	}
}

func TestARestoredMachineGoesOnUnderTheConfigurationThatItIsGiven(t *testing.T) {
	data := soundSnapshot(t, "running")
	p, err := lifecycle.Restore(data, lifecycle.Config{HostIP: "192.0.2.1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if ip := p.Status().HostIP; ip != "" {
		t.Errorf("the status that was snapshotted has the address %q", ip)
	}
	p.Step(epoch.Add(time.Hour), lifecycle.Event{Type: lifecycle.KubeletRestarted})
	if ip := p.Status().HostIP; ip != "192.0.2.1" {
		t.Errorf("the node's address is %q, want the new one", ip)
	}
	wrong := lifecycle.Config{Restart: restart.Config{MaxContainerRestartPeriod: time.Hour}}
	if _, err := lifecycle.Restore(data, wrong, nil); err == nil || !strings.Contains(err.Error(), "maxContainerRestartPeriod: 1h0m0s") {
		t.Errorf("under an impossible configuration: %v", err)
	}
}
