package scenario_test

import (
	"slices"
	"testing"

	"github.com/podclock/podclock/scenario"
)

// What does not happen has a reason: at the end of a run every wait has its text.
func TestWhatAPodWaitsForAtTheEnd(t *testing.T) {
	pod := func(head, spec string) string {
		return head + `
manifest:
  apiVersion: v1
  kind: Pod
  metadata: {name: web}
  spec: ` + spec + "\n"
	}
	for _, row := range []struct {
		name, story string
		want        []string
	}{
		{"nothing: it is Ready", pod("for: 1m", "{containers: [{name: web, image: 'web:1'}]}"), nil},
		{"nothing: it has ended", pod("for: 1m\napps: {web: {exit: {after: 5s}}}",
			"{restartPolicy: Never, containers: [{name: web, image: 'web:1'}]}"), nil},
		{"C32 a postStart hook", pod("for: 1m\napps: {web: {postStart: hang}}",
			"{containers: [{name: web, image: 'web:1', lifecycle: {postStart: {exec: {command: [warm]}}}}]}"),
			[]string{"hook web: web's postStart hook, which keeps the pod from being synced (C32), for 1m0s so far, without limit"}},
		{"C32 a postStart sleep", pod("for: 20s",
			"{containers: [{name: web, image: 'web:1', lifecycle: {postStart: {sleep: {seconds: 30}}}}]}"),
			[]string{"hook web: web's postStart sleep (C32), for 20s so far, 10s more at most"}},
		{"C42 a preStop hook", pod("for: 1m\napps: {web: {preStop: hang}}\nat: {50s: delete}",
			"{containers: [{name: web, image: 'web:1', lifecycle: {preStop: {exec: {command: [drain]}}}}]}"),
			[]string{"hook web: web's preStop hook (C42), for 10s so far, 20s more at most"}},
		{"C45 a stop signal", pod("for: 1m\napps: {web: {term: ignore}}\nat: {50s: delete}",
			"{containers: [{name: web, image: 'web:1'}]}"),
			[]string{"stop web: web to end by its stop signal, or by SIGKILL (C45), for 10s so far, 20s more at most"}},
		{"C46 a sidecar's turn", pod("for: 1m\napps: {web: {term: ignore}}\nat: {50s: delete}",
			"{containers: [{name: web, image: 'web:1'}], initContainers: [{name: log, image: 'log:1', restartPolicy: Always}]}"),
			[]string{
				"stop web: web to end by its stop signal, or by SIGKILL (C45), for 10s so far, 20s more at most",
				"stop log: the containers that stop before sidecar log (C46), for 10s so far, 20s more at most",
			}},
		{"R20 a back-off", pod("for: 1m\napps: {web: {exit: {after: 5s, code: 1}}}",
			"{containers: [{name: web, image: 'web:1'}]}"),
			[]string{"backoff web: the end of web's back-off of 40s, counted from the end of run 3 (R20), for 10s so far, 30s more at most"}},
		{"I6 a pull back-off", pod("for: 35s\nimages: {'web:1': {pulls: [{error: denied}]}}",
			"{containers: [{name: web, image: 'web:1'}]}"),
			[]string{`backoff web: the end of the pull back-off of 40s of image "web:1" (I6): ErrImagePull: denied, for 5s so far, 35s more at most`}},
		{"a pull", pod("for: 35s\nimages: {'web:1': {pulls: [{takes: 2m}]}}",
			"{containers: [{name: web, image: 'web:1'}]}"),
			[]string{`pull web: the pull of image "web:1", for 35s so far, without limit`}},
		{"C2 what is tried again", pod("for: 35s",
			"{containers: [{name: web, image: 'web:1', securityContext: {runAsNonRoot: true, runAsUser: 0}}]}"),
			[]string{"retry web: the next try to start web after CreateContainerConfigError: container's runAsUser breaks non-root policy " +
				`(pod: "web_default(00000000-0000-4000-8000-000000000001)", container: web), 5s more at most`}},
		{"S6 an init container", pod("for: 35s\napps: {prep: {exit: {after: 1m}}}",
			"{containers: [{name: web, image: 'web:1'}], initContainers: [{name: prep, image: 'prep:1'}]}"),
			[]string{"init prep: init container prep to end (S6), for 35s so far, without limit"}},
		{"C51 a sidecar's startup", pod("for: 35s\napps: {log: {probes: {0s: fail}}}",
			"{containers: [{name: web, image: 'web:1'}], initContainers: [{name: log, image: 'log:1', restartPolicy: Always, "+
				"startupProbe: {failureThreshold: 30, tcpSocket: {port: 80}}}]}"),
			[]string{"init log: sidecar log to start up: its startup probe has not succeeded (C51), for 35s so far, without limit"}},
		{"P75 a startup probe", pod("for: 35s\napps: {web: {probes: {0s: fail}}}",
			"{containers: [{name: web, image: 'web:1', startupProbe: {failureThreshold: 30, tcpSocket: {port: 80}}}]}"),
			[]string{"probe web: web to start up: its startup probe has not succeeded (P75), for 35s so far, without limit"}},
		{"P77 a readiness probe", pod("for: 35s\napps: {web: {probes: {0s: ok, 10s: fail}}}",
			"{containers: [{name: web, image: 'web:1', readinessProbe: {periodSeconds: 1, failureThreshold: 1, tcpSocket: {port: 80}}}]}"),
			[]string{"probe web: web to be ready: its readiness probe does not succeed (P77), for 25s so far, without limit"}},
		{"P77 a readiness probe of one of several", pod("for: 2m\napps: {web: {probes: {0s: fail}}, prep: {exit: {after: 1m}}}",
			"{containers: [{name: web, image: 'web:1', readinessProbe: {tcpSocket: {port: 80}}}], "+
				"initContainers: [{name: prep, image: 'prep:1'}]}"),
			[]string{"probe web: web to be ready: its readiness probe does not succeed (P77), without limit"}},
		{"P77 a restarted container", pod("for: 2m\napps: {web: {runs: [{exit: {after: 1m, code: 1}}, {probes: {0s: fail}}]}}",
			"{containers: [{name: web, image: 'web:1', readinessProbe: {tcpSocket: {port: 80}}}]}"),
			[]string{"probe web: web to be ready: its readiness probe does not succeed (P77), for 1m0s so far, without limit"}},
		{"S44 a gate after an init container", pod("for: 2m\napps: {prep: {exit: {after: 1m}}}",
			"{readinessGates: [{conditionType: example.com/lb}], containers: [{name: web, image: 'web:1'}], "+
				"initContainers: [{name: prep, image: 'prep:1'}]}"),
			[]string{`gate : readiness gate "example.com/lb": its condition is not True (S44), for 1m0s so far, without limit`}},
		{"S44 a readiness gate", pod("for: 35s",
			"{readinessGates: [{conditionType: example.com/lb}], containers: [{name: web, image: 'web:1'}]}"),
			[]string{`gate : readiness gate "example.com/lb": its condition is not True (S44), for 35s so far, without limit`}},
		{"T7 the network", pod("for: 35s\nat: {0s: loseNetwork}", "{containers: [{name: web, image: 'web:1'}]}"),
			[]string{"node : the network (T7): container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady " +
				"message:Network plugin returns error: cni plugin not initialized, without limit"}},
		{"R7 for good", pod("for: 1m\napps: {prep: {exit: {after: 3s, code: 0, reason: OOMKilled}}}",
			"{restartPolicy: Never, containers: [{name: web, image: 'web:1'}], initContainers: [{name: prep, image: 'prep:1'}]}"),
			[]string{"deletion : its deletion, for good, since phase Pending is not terminal: " +
				"prep: OOMKilled counts as failed, whatever the code (R7), and is not tried again (S13)"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			story, err := scenario.Parse("story.yaml", []byte(row.story), "", nil)
			if err != nil {
				t.Fatal(err)
			}
			result, err := story.Run()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range scenario.Summarize(result)[0].Waits {
				got = append(got, w.Kind.String()+" "+w.Container+": "+w.Text)
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
		})
	}
}
