package runtimetest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
)

var update = flag.Bool("update", false, "rewrite the golden file")

// verdict is a testing.TB that notes its failure.
type verdict struct {
	testing.TB
	mu     sync.Mutex
	failed bool
	said   strings.Builder
}

func (v *verdict) Error(args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failed = true
	fmt.Fprintln(&v.said, args...)
}

func (v *verdict) Fatal(args ...any) {
	v.Error(args...)
	runtime.Goexit()
}

func (v *verdict) Failed() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.failed
}

func (v *verdict) FailNow() {
	v.mu.Lock()
	v.failed = true
	v.mu.Unlock()
	runtime.Goexit()
}

// judge returns what a check says about a runtime. If the runtime passes, it is
// empty.
func judge(t *testing.T, r agent.Runtime, check func(*bench)) string {
	v := &verdict{TB: t}
	ended := make(chan struct{})
	go func() { // Fatal ends it
		defer close(ended)
		try(v, r, simple, check)
	}()
	<-ended
	time.Sleep(time.Hour) // by then the calls that were given up have ended
	if v.failed && v.said.Len() == 0 {
		return "nothing\n"
	}
	return v.said.String()
}

func simple(b Behaviour) corev1.Container {
	return corev1.Container{Name: "app", Image: "app:1", Command: []string{string(b)}}
}

// Each failure says four things, and names its rule.
var complete = regexp.MustCompile(`^(\n  did: .+\n  got: .+\n  want: .+\((agent\.|handler\.|Run).+\)\n  look at: .+\n)+$`)

// The golden file has what the author of each broken runtime reads.
func TestEveryCheckCatchesWhatBreaksItsRule(t *testing.T) {
	const golden = "testdata/failures.txt"
	var all strings.Builder
	var names []string
	for _, c := range checks {
		names = append(names, c.name)
		if len(breaks[c.name]) == 0 {
			t.Errorf("nothing breaks %q; add it", c.name)
		}
		for i, breakIt := range breaks[c.name] {
			name := fmt.Sprintf("%s/%d", c.name, i)
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := &broken{Fake: &Fake{}}
					if said := judge(t, b, c.make); said != "" {
						t.Fatalf("it fails without being broken: %s", said)
					}
					b = &broken{Fake: &Fake{}}
					breakIt(b)
					said := judge(t, b, c.make)
					if !complete.MatchString(said) {
						t.Errorf("the check says %q", said)
					}
					fmt.Fprintf(&all, "%s%s\n", name, said)
				})
			})
		}
	}
	for name := range breaks {
		if !slices.Contains(names, name) {
			t.Errorf("there is no check %q", name)
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), all.String()); diff != "" {
		t.Errorf("what the checks say has changed (-update rewrites %s):\n%s", golden, diff)
	}
}

func TestAPanicFailsItsCheckAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &broken{Fake: &Fake{}, startContainer: func(context.Context, string) error { panic("oh no") }}
		said := judge(t, b, exitTold)
		for _, want := range []string{`did:     StartContainer("app-2")`, "got:     panic: oh no\n", "caught_test.go", "no call panics"} {
			if !strings.Contains(said, want) {
				t.Errorf("no %q in %s", want, said)
			}
		}
	})
}

func TestAPanicOfWhatRunWasGivenFailsItsCheckAlone(t *testing.T) {
	v := &verdict{TB: t}
	guard(v, func() { try(v, &Fake{}, func(Behaviour) corev1.Container { panic("oh no") }, exitTold) })
	if said := v.said.String(); !strings.Contains(said, "got:     panic: oh no\n") || !strings.Contains(said, "caught_test.go") {
		t.Errorf("said %s", said)
	}
}

func TestAPanicInACallThatGoesOnIsCaughtToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &broken{Fake: &Fake{}, exec: func(context.Context, string, []string, time.Duration) ([]byte, error) { panic("oh no") }}
		if said := judge(t, b, execCut); !strings.Contains(said, "panic: oh no\n") {
			t.Errorf("said %s", said)
		}
	})
}

func TestACallThatHangsFailsItsCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &broken{Fake: &Fake{}, startContainer: func(context.Context, string) error {
			time.Sleep(10 * patience)
			return nil
		}}
		if said := judge(t, b, exitTold); !strings.Contains(said, "it has not returned after 40s") {
			t.Errorf("said %s", said)
		}
	})
}

func TestACallThatFailsTheTestEndsItsCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &broken{Fake: &Fake{}, startContainer: func(context.Context, string) error {
			runtime.Goexit() // as t.FailNow does
			return nil
		}}
		if said := judge(t, b, exitTold); said != "nothing\n" {
			t.Errorf("said %s", said)
		}
	})
}
