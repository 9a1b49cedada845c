package podclock_test

import (
	"strings"
	"testing"
)

const module = "github.com/podclock/podclock"

// levels is the architecture. A package may import packages of this module at
// lower levels only. A folder that is not listed has the level of its parent, and
// "x/" is the level of the folders below x.
var levels = map[string]int{
	"internal/expand":              5,  // references to variables
	"internal/schedule":            5,  // what is due next
	"internal/wire":                5,  // machines as JSON
	"internal/wire/":               5,  // what tests of that need
	"internal/filelock":            5,  // directories that have one owner
	"internal/statefile":           5,  // files that outlive a crash
	"internal/meter":               60, // figures of the code
	"probe":                        10, // thresholds and the tick grid
	"restart":                      10, // policies and back-off
	"timeline":                     10, // what happened, and its renderings
	"probe/answer":                 15, // what a probe or hook says
	"podphase":                     20, // phase, conditions, columns
	"lifecycle/inventory":          25, // what a runtime has of a pod
	"lifecycle/internal/imagename": 24, // image references
	"lifecycle/apiserver":          25, // defaults and validation
	"lifecycle/plan":               26, // what one sync would do
	"lifecycle/internal/spec":      26, // a pod spec, compiled
	"lifecycle/internal":           27, // the parts of the pod machine
	"lifecycle/internal/execute":   28, // what a sync does to the runtime
	"lifecycle":                    30, // the pod machine
	"probe/handler/internal":       34, // its raw HTTP/1.1 client
	"probe/handler":                35, // real probes
	"flight":                       35, // recordings of machines
	"":                             40, // the simulator
	"internal/node":                39, // the simulated node
	"lifecycle/agent":              40, // the live shell
	"lifecycle/agent/":             45, // runtimes, and what tests them
	"scenario":                     50, // scenario files
	"cmd":                          60,
	"examples":                     60,
	"conformance/internal/corpus":  57, // what kinds of records share
	"conformance/internal":         58, // the kinds
	"conformance":                  60,
	"conformance/":                 70, // programs over the conformance package
}

// core lists the pure packages: time is an argument, and no input is hidden.
var core = map[string]bool{
	"internal/schedule":            true,
	"internal/expand":              true,
	"internal/wire":                true,
	"internal/node":                true,
	"probe":                        true,
	"probe/answer":                 true,
	"restart":                      true,
	"timeline":                     true,
	"podphase":                     true,
	"lifecycle/inventory":          true,
	"lifecycle/plan":               true,
	"lifecycle/internal/status":    true,
	"lifecycle/internal/spec":      true,
	"lifecycle/apiserver":          true,
	"lifecycle/internal/imagename": true,
	"lifecycle/internal/gc":        true,
	"lifecycle/internal/kill":      true,
	"lifecycle/internal/execute":   true,
	"lifecycle/internal/pleg":      true,
	"lifecycle":                    true,
}

// levelOf returns the level of a package by its path below the module. It returns
// false for a package without one: a core package does not pass its level on.
func levelOf(pkg string) (int, bool) {
	for dir := pkg; dir != ""; dir = parent(dir) {
		if dir != pkg {
			if level, ok := levels[dir+"/"]; ok {
				return level, true
			}
		}
		if level, ok := levels[dir]; ok && !core[dir] || dir == pkg && ok {
			return level, true
		}
	}
	level, ok := levels[""]
	return level, ok && pkg == ""
}

func parent(dir string) string {
	return dir[:max(strings.LastIndexByte(dir, '/'), 0)]
}

func TestImportsGoDownOneWay(t *testing.T) {
	for _, p := range loadPackages(t) {
		report(t, checkImports(p))
	}
}

func TestTheCoreIsPure(t *testing.T) {
	seen := 0
	for _, p := range loadPackages(t) {
		if core[p.path] {
			seen++
			report(t, checkPurity(p))
			report(t, checkWrites(p))
		}
	}
	if seen != len(core) {
		t.Errorf("%d of %d core packages seen", seen, len(core))
	}
}

// A program that imports the simulator must not link gRPC, nor HTTP beyond what the
// Kubernetes types import themselves.
func TestTheSimulatorLinksNoNetworkClients(t *testing.T) {
	for _, pkg := range []string{"", "scenario"} {
		report(t, checkClosure(t, pkg))
	}
}

func report(t *testing.T, findings []string) {
	t.Helper()
	for _, f := range findings {
		t.Error(f)
	}
}

func TestLevelOf(t *testing.T) {
	for pkg, want := range map[string]int{
		"": 40, "probe": 10, "probe/handler": 35, "lifecycle/agent": 40, "lifecycle/agent/runtimetest": 45, "lifecycle/agent/process": 45, "cmd/podclock": 60,
		"conformance": 60, "conformance/replay": 70, "examples/unittest": 60,
	} {
		if got, ok := levelOf(pkg); !ok || got != want {
			t.Errorf("levelOf(%q) = %d, %v; want %d", pkg, got, ok, want)
		}
	}
	for _, pkg := range []string{"utils", "probe/extra"} {
		if got, ok := levelOf(pkg); ok {
			t.Errorf("levelOf(%q) = %d; a new package must be given a level", pkg, got)
		}
	}
}
