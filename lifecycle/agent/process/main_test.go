//go:build unix

package process

import (
	"os"
	"syscall"
	"testing"

	"go.uber.org/goleak"
)

// Modes has what this program does instead of the tests, by the environment
// variable that asks for it.
var Modes = map[string]func(value string){agentVariable: runAgent}

// CgroupsOf returns the cgroup of all containers of a runtime, or "".
func CgroupsOf(runtimeDir string) string {
	g, _ := newCgroups(Options{Dir: runtimeDir}) // what cannot be had does not matter
	return g.dir
}

func TestMain(m *testing.M) {
	syscall.Umask(0o022) // directories of tests are open to nobody else, whatever the user's umask
	Main()
	for variable, run := range Modes {
		if value := os.Getenv(variable); value != "" {
			run(value)
		}
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE")) // of the shims, each of which would sleep for a second
	goleak.VerifyTestMain(m)
}
