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
	goleak.VerifyTestMain(m)
}
