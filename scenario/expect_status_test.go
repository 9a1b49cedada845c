package scenario

import (
	"strings"
	"testing"
	"time"
)

// crashLoop is played for 6 s. Then the container web waits, and its status has its
// last end.
const crashLoop = `for: 6s
apps: {web: {exit: {after: 2s, code: 3, message: bye}}}
expect:
EXPECT
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - {name: web, image: web:1}
    - {name: log, image: log:1}
`

func TestEachPartOfAStatusIsComparedWithWhatIsExpected(t *testing.T) {
	for _, c := range []struct{ met, not, got string }{
		{"  phase: Running", "  reason: Evicted", `reason of pod default/web: want Evicted, got ""`},
		{"  message: ''", "  message: low", `message of pod default/web: want low, got ""`},
		{"  order: [log, web]", "  order: [web, log]", `want [web log], got "[log web]"`},
		{"  conditions: {Initialized: True}", "  conditions: {Initialized: False}", `want False, got "True"`},
		{"  conditions: {Ready: {reason: ContainersNotReady}}", "  conditions: {Ready: {reason: PodFailed}}", `want PodFailed, got "ContainersNotReady"`},
		{"  conditions: {Ready: {message: '[web]'}}", "  conditions: {Ready: {message: '[log]'}}", `want [log], got "containers with unready status: [web]"`},
		{"  conditions: {Ready: {since: 4s}}", "  conditions: {Ready: {since: 5s}}", "want 5s, got 4s"},
		{"  conditions: {PodScheduled: True}", "  conditions: {DisruptionTarget: True}", `want True, got "no such condition"`},
		{"  containers: {log: {state: running}}", "  containers: {web: {state: running}}", `want running, got "terminated"`},
		{"  containers: {web: {exitCode: 3, reason: Error, message: bye}}", "  containers: {web: {exitCode: 4}}", `want 4, got "3"`},
		{"  containers: {web: {last: {exitCode: 3}}}", "  containers: {log: {last: {state: terminated}}}", `want terminated, got "none"`},
		{"  containers: {web: {ready: false, started: false, restarts: 1}}", "  containers: {web: {restarts: 2}}", `want 2, got "1"`},
		{"  containers: {log: {ready: true, started: true}}", "  containers: {log: {ready: false}}", `want false, got "true"`},
		{"  at: {3s: {containers: {web: {state: running, restarts: 1}}}}", "  at: {3s: {containers: {web: {exitCode: 0}}}}", `want 0, got "none"`},
		{"  conditions: {DisruptionTarget: absent}", "  conditions: {Ready: absent}", `want absent, got "False"`},
		{"  conditions: {DisruptionTarget: {status: absent}}", "  conditions: {DisruptionTarget: {status: False}}", `want False, got "no such condition"`},
		{"  unready: 2s", "  unready: '< 2s'", "want < 2s, got not Ready 2 times, 2s in all, longest 2s from +4s (web: exited with 3, Error (run 1): bye)"},
		{"  longestUnready: <= 2s", "  longestUnready: '> 2s'", "want > 2s, got not Ready 2 times"},
		{"  flaps: 2", "  flaps: never", "want never, got not Ready 2 times"},
		{"  restarts: {between: [1s, 2s], count: 1}", "  restarts: {between: [3s, 6s], count: 1}", "restarts.count of pod default/web: want 1, got 0"},
		{"  restarts: {web: {between: [1s, 2s], count: 1}}", "  restarts: {log: {between: [1s, 2s], count: 1}}", "want 1, got 0"},
		{"  killed: {between: [1s, 6s], by: never}", "  killed: {web: {between: [1s, 6s], by: liveness}}", "killed.web.by of pod default/web: want liveness, got never"},
		{"  events: {Started: {count: 1, container: log}}", "  events: {Started: {count: 2, container: log}}", "want 2, got 1"},
		{"  events: {Started: {count: never, message: bye}}", "  events: {Started: {count: 1, message: bye}}", "want 1, got 0"},
		{"  at: {3s: {restarts: '>= 1', ready: 2/2}}", "  at: {3s: {restarts: '> 1'}}", "want > 1, got 1"},
		{"  at: {2s: {status: Running, ready: true}}", "  at: {2s: {status: 'Init:0/1'}}", "want Init:0/1, got Running"},
	} {
		if err := checked(t, c.met); err != nil {
			t.Errorf("%s: %v", c.met, err)
		}
		if err := checked(t, c.not); err == nil || !strings.Contains(err.Error(), c.got) {
			t.Errorf("%s: error %v; want %q", c.not, err, c.got)
		}
	}
}

// checked plays the crash loop and returns the expectations that are not met.
func checked(t *testing.T, expect string) error {
	t.Helper()
	s, err := Parse("s.yaml", []byte(strings.Replace(crashLoop, "EXPECT", expect, 1)), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	result, err := s.Run()
	if err != nil {
		t.Fatal(err)
	}
	return s.Check(result)
}

// A reason that the file itself gives may be expected wherever a status shows it.
func TestReasonsOfTheFileMayBeExpected(t *testing.T) {
	s, err := Parse("s.yaml", []byte(`manifest: m.yaml
apps:
  web: {exit: {after: 1s, reason: &own Bored}}
  log: {runs: [{exit: {after: 2s, reason: *own}}]}
at: {10s: {evict: {reason: Chewed}}}
expect:
  reason: Chewed
  events: {Chewed: 1}
  at: {1s: {status: Bored}}
  containers: {log: {reason: Bored}}
`), "", openOne)
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Expectations(); n != 4 {
		t.Errorf("%d expectations; want 4", n)
	}
}

// The name of a container may be a key of the file.
func TestReasonsOfAContainerNamedAsAKeyMayBeExpected(t *testing.T) {
	s, err := Parse("s.yaml", []byte(`for: 10s
pods:
- apps:
    reason: {exit: {after: 1s, reason: Bored}}
    expect: {exit: {after: 1s, reason: Chewed}}
    manifest: {exit: {after: 1s, reason: Dreamt}}
expect:
  containers: {reason: {reason: Bored}, expect: {reason: Chewed}, manifest: {reason: Dreamt}}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  restartPolicy: Never
  containers: [{name: reason, image: a}, {name: expect, image: a}, {name: manifest, image: a}]
`), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	result, err := s.Run()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(result); err != nil || s.Expectations() != 3 {
		t.Errorf("of %d expectations %v; want all of 3 met", s.Expectations(), err)
	}
}

func TestAnExpectationAfterTheEndIsNotMet(t *testing.T) {
	s, err := Parse("s.yaml", []byte("manifest: m.yaml\nexpect:\n  at:\n    2m: {ready: true}\n    1m: {ready: true}\n"), "", openOne)
	if err != nil {
		t.Fatal(err)
	}
	s.Options.For = 90 * time.Second // as --for does
	result, err := s.Run()
	if err != nil {
		t.Fatal(err)
	}
	checkError(t, s.Check(result), "s.yaml:4: expect.at.2m.ready: want true, got no further than 1m30s; play it for longer")
	if n := len(flatten(s.Check(result))); n != 1 {
		t.Errorf("%d expectations are not met; want 1:\n%v", n, s.Check(result))
	}
}
