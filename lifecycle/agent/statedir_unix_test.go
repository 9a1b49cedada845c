//go:build unix

package agent_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

func TestAStateDirectoryThatOthersMayWriteIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	made, err := agent.New(agent.Options{Runtime: &runtimetest.Fake{}, StateDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Run(ended(t)); err != nil { // frees the directory
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory is made with %v, %v; want 0700", info.Mode(), err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	_, err = agent.New(agent.Options{Runtime: &runtimetest.Fake{}, StateDir: dir})
	for _, part := range []string{"agent: Options.StateDir: " + dir, "others may write to it", "chmod go-w"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v; want %q in it", err, part)
		}
	}
}

// ended returns a context that has ended.
func ended(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
