package scenario

import (
	"fmt"
	"strings"
	"testing"
)

const twoContainers = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: web
      image: web:1
      readinessProbe: {exec: {command: [ok]}}
      lifecycle: {preStop: {sleep: {seconds: 1}}}
    - {name: log, image: log:1}
`

func TestABadScenarioIsAnErrorWithItsPlaceAndCure(t *testing.T) {
	const m = "manifest: m.yaml\n"
	for _, c := range []struct{ what, scenario, want string }{
		{"an empty file", "", "s.yaml:1: empty: write at least manifest: FILE"},
		{"a comment", "# nothing\n", "s.yaml:1: empty:"},
		{"a list", "- a\n", "s.yaml:1: a scenario is made of keys; write at least manifest: FILE"},
		{"no manifest", "# story\nfor: 10m\n", "s.yaml:2: no manifest: name one with manifest: FILE, or put it below a line of ---"},
		{"broken YAML", "manifest: [\n", "s.yaml:1: not valid YAML:"},
		{"an unknown key", m + "four: 10m\n", "s.yaml:2: four: unknown key; did you mean for?"},
		{"a key given twice", m + "for: 1m\nfor: 2m\n", "s.yaml:3: for: given twice, first in line 2; keep one"},
		{"an unknown key of an app", m + "apps:\n  web:\n    exits: 1\n", "s.yaml:4: apps.web.exits: unknown key; did you mean exit?"},
		{"a container that the pod lacks", m + "apps:\n  wbe: {}\n", `s.yaml:3: apps.wbe: the pod has no container "wbe"; did you mean web?`},
		{"a probe that the container lacks", m + "apps: {log: {liveness: ok}}\n", "s.yaml:2: apps.log.liveness: container log has no livenessProbe; add one to the manifest or remove the key"},
		{"a hook that the container lacks", m + "apps: {web: {postStart: ok}}\n", "s.yaml:2: apps.web.postStart: container web has no postStart hook; add lifecycle.postStart"},
		{"a hook that sleeps", m + "apps: {web: {preStop: ok}}\n", "s.yaml:2: apps.web.preStop: the preStop hook of container web sleeps"},
		{"a command that is not run", m + "apps: {web: {exec: {okay: ok}}}\n", `s.yaml:2: apps.web.exec: container web has no probe or hook with the command "okay"; it has ["ok"]`},
		{"a time without a unit", m + "for: 10\n", `s.yaml:2: for: "10" has no unit; write 10s for seconds`},
		{"a time that is none", m + "for: soon\n", `s.yaml:2: for: "soon" is no time; write one as 40s, 10m, 1h30m or 2d`},
		{"a negative time", m + "for: -5m\n", `s.yaml:2: for: "-5m" is negative; write a time from 0`},
		{"an absurd time", m + "for: 99999d\n", `s.yaml:2: for: "99999d" is more than 100 years; write a shorter time`},
		{"a century", m + "for: 40000d\n", `s.yaml:2: for: "40000d" is more than 100 years; write a shorter time`},
		{"no time at all", m + "for: 0s\n", "s.yaml:2: for: a story of no length; write a time such as 10m"},
		{"a negative exit code", m + "apps: {web: {exit: -1}}\n", "s.yaml:2: apps.web.exit: -1 is out of range; write a number from 0 to 255"},
		{"a code that is none", m + "apps: {web: {exit: {code: x}}}\n", `s.yaml:2: apps.web.exit.code: "x" where a whole number is wanted`},
		{"an answer that is none", m + "apps: {web: {probes: okay}}\n", `s.yaml:2: apps.web.probes: "okay" is no answer; did you mean ok?`},
		{"two answers in one", m + "apps: {web: {probes: {fail: a, status: 500}}}\n", "s.yaml:2: apps.web.probes.status: the answer is already given by fail; keep one"},
		{"a status that is none", m + "apps: {web: {probes: 1000}}\n", "s.yaml:2: apps.web.probes: 1000 is neither an exit status"},
		{"a body of nothing", m + "apps: {web: {probes: {body: a}}}\n", "s.yaml:2: apps.web.probes: body and output go with status or exit only"},
		{"a location of nothing", m + "apps: {web: {probes: {location: a}}}\n", "s.yaml:2: apps.web.probes: location goes with a status"},
		{"times out of order", m + "apps:\n  web:\n    probes:\n      10s: ok\n      5s: fail\n", "s.yaml:6: apps.web.probes: 5s stands after 10s; put the times in order"},
		{"a port that is none", m + "apps: {web: {servers: {http: ok}}}\n", `s.yaml:2: apps.web.servers: "http" is no port; write a number from 1 to 65535`},
		{"no runs", m + "apps: {web: {runs: []}}\n", "s.yaml:2: apps.web.runs: empty; list what each run does, or remove the key"},
		{"a word for SIGTERM", m + "apps: {web: {term: ignored}}\n", `s.yaml:2: apps.web.term: "ignored" is not known; did you mean ignore?`},
		{"an unknown timing", m + "timing: real\n", `s.yaml:2: timing: "real" is not known; known here: ideal, kubelet`},
		{"a negative seed", m + "seed: -1\n", `s.yaml:2: seed: "-1" where a whole number from 0 to`},
		{"no replicas", m + "replicas: 0\n", "s.yaml:2: replicas: 0 is out of range; write a number from 1 to 100000"},
		{"a date that is none", m + "start: today\n", `s.yaml:2: start: "today" is no date; write it as 2026-01-31T12:00:00Z`},
		{"a start of no year", m + "start: 0001-01-01T00:00:00Z\n", "s.yaml:2: start: 0001-01-01T00:00:00Z is outside the years 1970 to 9000; write a date in them"},
		{"a start in another calendar", m + "start: 9001-01-01T00:00:00Z\n", "s.yaml:2: start: 9001-01-01T00:00:00Z is outside the years 1970 to 9000; write a date in them"},
		{"a start in 1969, UTC", m + "start: 1970-01-01T00:59:59+01:00\n", "s.yaml:2: start: 1970-01-01T00:59:59+01:00 is outside the years 1970 to 9000"},
		{"something that cannot happen", m + "at:\n  5m: deleet\n", `s.yaml:3: at.5m: "deleet" is not known; did you mean delete?`},
		{"two things in one entry", m + "at: {5m: {delete: {}, evict: {}}}\n", "s.yaml:2: at.5m: 2 things in one entry; write a list, one thing an item"},
		{"a pod that is not there", m + "at: {5m: {delete: {pod: web-1}}}\n", `s.yaml:2: at.5m.delete.pod: no pod is called "web-1"; did you mean web?`},
		{"a container that is not there", m + "at: {5m: {crash: app}}\n", `s.yaml:2: at.5m.crash: no container is called "app"; known here: log, web`},
		{"an outage of unknown probes", m + "at: {5m: {outage: {probes: ready}}}\n", `s.yaml:2: at.5m.outage.probes: "ready" is not known; did you mean readiness?`},
		{"an update of nothing", m + "at: {5m: update}\n", "s.yaml:2: at.5m: nothing changes; add images: {CONTAINER: IMAGE}"},
		{"half a condition", m + "at: {5m: {condition: {type: a}}}\n", "s.yaml:2: at.5m.condition: a condition needs type and status"},
		{"an unknown expectation", m + "expect: {restart: 0}\n", "s.yaml:2: expect.restart: unknown key; did you mean restarts?"},
		{"an expected number that is none", m + "expect: {restarts: few}\n", `s.yaml:2: expect.restarts: "few" is no number; write one as 3, ">= 3" or never`},
		{"an expected time that is none", m + "expect: {firstReady: < 40}\n", `s.yaml:2: expect.firstReady: "40" has no unit; write 40s for seconds`},
		{"=<", m + "expect: {firstReady: =< 1m}\n", `s.yaml:2: expect.firstReady: =< is no comparison; write "<= 1m"`},
		{"=>", m + "expect:\n  restarts: => 3\n", `s.yaml:3: expect.restarts: => is no comparison; write ">= 3"`},
		{"==", m + "expect: {restarts: == 3}\n", `s.yaml:2: expect.restarts: == is no comparison; write "3"`},
		{"a sign", m + "expect: {timeReady: ≥1m}\n", `s.yaml:2: expect.timeReady: ≥ is no comparison; write ">= 1m"`},
		{"!= in quotes", m + "expect: {restarts: '!= 3'}\n", "s.yaml:2: expect.restarts: != is no comparison; write the value alone, or <, <=, > or >= before it"},
		{"!=, a tag", m + "expect: {restarts: != 3}\n", "s.yaml:2: expect.restarts: YAML takes != without quotes for a tag, not for a part of the value; put the whole value in quotes"},
		{">= without quotes", m + "expect:\n  restarts: >= 3\n  phase: Running\n", `s.yaml:3: not valid YAML: did not find expected comment or line break; put what begins with > in quotes: ">= 3"`},
		{"> without quotes, in braces", m + "expect: {restarts: {web: > 3}}\n", `s.yaml:2: not valid YAML: found character that cannot start any token; put what begins with > in quotes: "> 3"`},
		{">3 without quotes, an empty text", m + "expect:\n  restarts: >3\n  phase: Running\n", `s.yaml:3: expect.restarts: YAML takes > without quotes for the beginning of a text of several lines; put the comparison in quotes, as in ">= 3"`},
		{"a status that is none", m + "expect: {status: Runing}\n", `s.yaml:2: expect.status: "Runing" is no STATUS of kubectl; did you mean Running?`},
		{"a status of init containers", m + "expect: {at: {5s: {status: 'Init:CrashLoopBackoff'}}}\n", `s.yaml:2: expect.at.5s.status: "Init:CrashLoopBackoff" is no STATUS of kubectl; did you mean Init:CrashLoopBackOff?`},
		{"a status of nobody", m + "expect: {status: Sleeping}\n", `s.yaml:2: expect.status: "Sleeping" is no STATUS of kubectl; correct it, or give that reason to an exit, crash, evict or refuse of this file`},
		{"a pod's reason that is none", m + "expect: {reason: Evictd}\n", `s.yaml:2: expect.reason: "Evictd" is no reason of a kubelet; did you mean Evicted?`},
		{"a container's reason that is none", m + "expect: {containers: {web: {last: {reason: OOMKill}}}}\n", `s.yaml:2: expect.containers.web.last.reason: "OOMKill" is no reason of a kubelet; did you mean OOMKilled?`},
		{"a reason of an exit that every run replaces", m + "apps: {web: {exit: {reason: Bored}, runs: [{exit: 1}]}}\nexpect: {status: Bored}\n", `s.yaml:3: expect.status: "Bored" is no STATUS of kubectl; correct it`},
		{"a reason left out", m + "apps: {web: {exit: 1}}\nat: {5s: evict}\nexpect: {status: ''}\n", `s.yaml:4: expect.status: "" is no STATUS of kubectl; correct it`},
		{"a condition's reason for a pod's", m + "at: {5s: {condition: {type: a, status: True, reason: Chewed}}}\nexpect: {reason: Chewed}\n", `s.yaml:3: expect.reason: "Chewed" is no reason of a kubelet; correct it`},
		{"a reason near one of the file's own", m + "apps: {web: {exit: {reason: Bored}}}\nexpect: {status: Bord}\n", `s.yaml:3: expect.status: "Bord" is no STATUS of kubectl; did you mean Bored?`},
		{"an event's reason that is none", m + "expect:\n  events:\n    Startd: never\n", `s.yaml:4: expect.events: "Startd" is no reason of an event; did you mean Started?`},
		{"an expectation after the end", m + "for: 1m\nexpect:\n  at:\n    2m: {ready: true}\n", "s.yaml:5: expect.at.2m: comes after the end, which is for: 1m0s; make that longer"},
		{"an expected number that is too large", m + "expect: {restarts: 99999999999}\n", "s.yaml:2: expect.restarts: 99999999999 is too large; write at most 4294967295"},
		{"restarts at an instant", m + "expect: {at: {5s: {restarts: few}}}\n", `s.yaml:2: expect.at.5s.restarts: "few" is no number; write one as 3, ">= 3" or never`},
		{"ready at an instant", m + "expect: {at: {5s: {ready: yes}}}\n", `s.yaml:2: expect.at.5s.ready: "yes" where true or false is wanted`},
		{"a kill by a mistyped probe", m + "expect: {killed: livenes}\n", `s.yaml:2: expect.killed: "livenes" is not known; did you mean liveness?`},
		{"an expectation of no container", m + "expect: {killed: {app: never}}\n", `s.yaml:2: expect.killed: pod web has no container "app"; known here: log, web`},
		{"an expectation of no pod", m + "expect: {pods: {api: {}}}\n", `s.yaml:2: expect.pods: no pod is called "api"`},
		{"a phase that is none", m + "expect: {phase: Ready}\n", `s.yaml:2: expect.phase: "Ready" is not known`},
		{"a condition's status that is none", m + "expect: {conditions: {Ready: Yes}}\n", `s.yaml:2: expect.conditions.Ready: "Yes" is not known; known here: False, True, Unknown, absent`},
		{"an absent condition that is a typo", m + "expect: {conditions: {DisruptionTarged: absent}}\n", `s.yaml:2: expect.conditions: no pod has the condition "DisruptionTarged"; did you mean DisruptionTarget?`},
		{"no time to be unready", m + "expect:\n  unready: <= 30\n", `s.yaml:3: expect.unready: "30"`},
		{"a number of flaps that is none", m + "expect:\n  flaps: <= 2s\n", `s.yaml:3: expect.flaps: "2s" is no number`},
		{"a span of one end", m + "expect:\n  killed:\n    by: never\n    between: 2m\n", "s.yaml:5: expect.killed.between: no span; write its two ends, the earlier one first, as in [2m, 10m]"},
		{"a span that ends before it begins", m + "expect: {restarts: {web: {count: 1, between: [10m, 2m]}}}\n", "s.yaml:2: expect.restarts.web.between: no span;"},
		{"a span after the end", m + "for: 5m\nexpect: {restarts: {count: 1, between: [2m, 10m]}}\n", "s.yaml:3: expect.restarts.between: comes after the end, which is for: 5m0s; make that longer"},
		{"a span of nothing", m + "expect:\n  killed:\n    - {between: [2m, 10m]}\n", "s.yaml:4: expect.killed[0]: write both between and by, as in {between: [2m, 10m], by: never}"},
		{"a count without a span", m + "expect: {restarts: {web: {count: 1}}}\n", "s.yaml:2: expect.restarts.web: write both between and count, as in"},
		{"an unknown key of a span", m + "expect: {restarts: {between: [2m, 10m], number: 1}}\n", "s.yaml:2: expect.restarts.number: unknown key"},
		{"a condition that is none", m + "expect: {conditions: {Redy: {since: never}}}\n", `s.yaml:2: expect.conditions: no pod has the condition "Redy"; did you mean Ready?`},
		{"a status for a phase", m + "expect: {at: {5s: {phase: CrashLoopBackOff}}}\n", `s.yaml:2: expect.at.5s.phase: "CrashLoopBackOff" is a STATUS, not a phase; write status: CrashLoopBackOff`},
		{"a list of answers", m + "apps: {web: {probes: [refuse, ok]}}\n", "s.yaml:2: apps.web.probes: a list where an answer is wanted; write one, such as ok, or several by time: {0s: refuse, 40s: ok}"},
		{"a time for SIGTERM", m + "apps: {web: {term: 5s}}\n", "s.yaml:2: apps.web.term: a time alone; write {after: 5s}"},
		{"a state that is none", m + "expect: {containers: {web: {state: crashed}}}\n", `s.yaml:2: expect.containers.web.state: "crashed" is not known`},
		{"a status of no container", m + "expect: {containers: {app: {ready: true}}}\n", `s.yaml:2: expect.containers: pod web has no container "app"`},
		{"events without a number", m + "expect: {events: {Killing: {message: a}}}\n", "s.yaml:2: expect.events.Killing: say how many; add count: NUMBER"},
		{"an unknown feature gate", m + "kubelet: {featureGates: {PLEGOnDemand: true}}\n", "s.yaml:2: kubelet.featureGates.PLEGOnDemand: unknown key; did you mean PLEGOnDemandRelist?"},
		{"a quirk that is none", m + "kubelet: {without: S15}\n", `s.yaml:2: kubelet.without: "S15" is not known`},
		{"text for keys", m + "apps: web\n", `s.yaml:2: apps: "web" where keys are wanted; indent "key: value" lines below it`},
		{"pods and a manifest", m + "pods: [{manifest: m.yaml}]\n", "s.yaml:1: manifest: stands beside pods; move it into an item of pods"},
		{"pods that are no list", "pods: {manifest: m.yaml}\n", "s.yaml:1: pods: keys where a list is wanted; begin each pod with \"- \""},
		{"the same pod twice", "pods:\n- manifest: m.yaml\n- manifest: m.yaml\n", "s.yaml:3: pod default/web is already made in line 2; use replicas, or another object"},
		{"a manifest that is not there", "manifest: none.yaml\n", "s.yaml:1: manifest: none.yaml: cannot be opened: no such file"},
		{"a fact after the end", m + "for: 1m\nat:\n  2m: delete\n", "s.yaml:4: at.2m: comes after the end, which is for: 1m0s; make that longer"},
		{"an object that is not there", m + "object: api\n", `s.yaml:2: object "api": not in m.yaml; it has Pod/web`},
		{"an inline manifest of no pod", "manifest: {apiVersion: v1, kind: Service}\n", "s.yaml:1: manifest: no pod in it; give a Pod, Deployment,"},
		{"a wrong field of an inline manifest", "manifest:\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec:\n    continers: []\n", "s.yaml:6: manifest.spec.continers: unknown field; did you mean containers?"},
		{"a wrong probe of an inline manifest", "manifest:\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec:\n    containers:\n    - name: a\n      image: a\n      livenessProbe:\n        tcpSocket: {port: 99999}\n", "s.yaml:10: manifest.spec.containers[0].livenessProbe.tcpSocket.port: Invalid value: 99999"},
		{"a wrong field below the scenario", "for: 1m\n---\n" + twoContainers + "  hostname: [a]\n", "s.yaml:13: spec.hostname: an array where text is wanted"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := Parse("s.yaml", []byte(c.scenario), "", openOne)
			checkError(t, err, c.want)
		})
	}
}

func openOne(file string) ([]byte, error) {
	if file != "m.yaml" {
		return nil, &Error{File: file, Msg: "cannot be opened: no such file or directory; give the path of a readable file"}
	}
	return []byte(twoContainers), nil
}

func TestAllProblemsOfAScenarioAreReportedAtOnce(t *testing.T) {
	_, err := Parse("s.yaml", []byte("manifest: m.yaml\nfour: 1\napps:\n  web: {exit: x}\n  api: {}\nseed: y\n"), "", openOne)
	if n := len(flatten(err)); n != 4 {
		t.Errorf("%d problems; want 4:\n%v", n, err)
	}
	if lines := strings.Split(fmt.Sprint(err), "\n"); !strings.HasPrefix(lines[0], "s.yaml:2: ") {
		t.Errorf("the first line's problem does not come first:\n%v", err)
	}
}

func TestAScenarioIsSmallerThanAManifestMayBe(t *testing.T) {
	data := []byte("manifest: m.yaml\n" + strings.Repeat("# padding\n", 120_000))
	_, err := Parse("s.yaml", data, "", openOne)
	checkError(t, err, "s.yaml:1: a scenario larger than 1 MiB")
}

func TestAFloodOfProblemsIsCutOff(t *testing.T) {
	var data strings.Builder
	data.WriteString("manifest: m.yaml\n")
	for i := range 2000 {
		fmt.Fprintf(&data, "unknown%d: 1\n", i)
	}
	_, err := Parse("s.yaml", []byte(data.String()), "", openOne)
	if n := len(flatten(err)); n != maxProblems+1 {
		t.Errorf("%d problems; want %d", n, maxProblems+1)
	}
	checkError(t, err, "s.yaml:102: and 1900 more")
}
