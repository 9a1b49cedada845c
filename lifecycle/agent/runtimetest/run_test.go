package runtimetest

import (
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/podclock/podclock/lifecycle/agent"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheFakeObeysTheRules(t *testing.T) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { try(t, &Fake{}, simple, c.make) })
		})
	}
}

// Run itself has no bubble.
func TestRunMakesEveryCheck(t *testing.T) {
	defer func(all []check) { checks = all }(checks)
	made := ""
	checks = []check{
		{"one", func(b *bench) { made += b.t.Name() + " " + b.runtime.Name() + "\n" }},
		{"two", func(b *bench) { made += b.t.Name() + " " + b.runtime.Name() + "\n" }},
	}
	Run(t, func(*testing.T) agent.Runtime { return &Fake{} }, simple)
	if want := "TestRunMakesEveryCheck/one fake\nTestRunMakesEveryCheck/two fake\n"; made != want {
		t.Errorf("made:\n%swant:\n%s", made, want)
	}
}
