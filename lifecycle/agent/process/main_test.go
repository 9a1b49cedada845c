//go:build unix

package process

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	Main()
	if dir := os.Getenv(agentVariable); dir != "" {
		runAgent(dir)
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE")) // of the shims, each of which would sleep for a second
	goleak.VerifyTestMain(m)
}
