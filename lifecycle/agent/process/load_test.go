//go:build unix

package process

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/podclock/podclock/lifecycle/agent"
)

// damaged kills an agent, replaces a file of its runtime, and returns the next
// runtime with what that logs.
func damaged(t *testing.T, dir, file string, data []byte) (*Runtime, *bytes.Buffer) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	return newRuntime(t, Options{Dir: dir, Logger: slog.New(slog.NewTextHandler(&log, nil))}), &log
}

// listed returns what the runtime lists, sorted: "name state".
func listed(t *testing.T, r *Runtime) (names []string) {
	t.Helper()
	have, err := r.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range have.Containers {
		names = append(names, c.Name+" "+c.State.String())
	}
	slices.Sort(names)
	return names
}

func wasSetAside(t *testing.T, path string, log *bytes.Buffer) {
	t.Helper()
	if _, err := os.Stat(path + ".corrupt"); err != nil {
		t.Error(err)
	}
	for _, part := range []string{"level=ERROR", "path=" + path, "aside=" + path + ".corrupt"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("no %s in the log: %s", part, log)
		}
	}
}

func gone(t *testing.T, pid int) {
	t.Helper()
	eventually(t, "the process ends", func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH })
}

func TestADamagedContainerIsKilledAndTheOthersGoOn(t *testing.T) {
	for name, data := range map[string]string{"empty": "", "short": `{"ID":"`, "another's": `{"ID":"1"}`} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ids, pids := killedAgent(t, dir)
			hurt := filepath.Join(dir, containersDir, ids["long"])
			r, log := damaged(t, dir, filepath.Join(hurt, configFile), []byte(data))
			wasSetAside(t, hurt, log)
			gone(t, pids["long"])
			want := []string{"after Running", "before Exited", "during Running", "unstarted Created"}
			if got := listed(t, r); !slices.Equal(got, want) {
				t.Errorf("listed %v; want %v", got, want)
			}
		})
	}
}

func TestADamagedSandboxCostsItsContainers(t *testing.T) {
	dir := t.TempDir()
	_, pids := killedAgent(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, sandboxesDir, "*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("sandboxes %v, %v", files, err)
	}
	r, log := damaged(t, dir, files[0], []byte("{}"))
	wasSetAside(t, files[0], log)
	gone(t, pids["long"])
	if got := listed(t, r); len(got) != 0 {
		t.Errorf("listed %v; want none", got)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	log.Reset()
	newRuntime(t, Options{Dir: dir, Logger: slog.New(slog.NewTextHandler(log, nil))})
	if strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("what was set aside is still in the way: %s", log)
	}
}

func TestADamagedEndIsAnEndThatNobodyKnows(t *testing.T) {
	dir := t.TempDir()
	ids, _ := killedAgent(t, dir)
	file := filepath.Join(dir, containersDir, ids["before"], exitFile)
	eventually(t, "the end is written", func() bool { _, err := os.Stat(file); return err == nil })
	r, log := damaged(t, dir, file, nil)
	have, err := r.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wasSetAside(t, file, log)
	for _, c := range have.Containers {
		if c.Name == "before" && (c.State != agent.StateExited || c.ExitCode != 137) {
			t.Errorf("listed %+v; want an end with 137", c)
		}
	}
	var e exitRecord
	if err := readRecord(file, &e); err != nil || e.ExitCode != 137 {
		t.Errorf("written %+v, %v", e, err)
	}
}

func TestADirectoryThatOthersMayWriteIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	_, err := New(Options{Dir: dir})
	for _, part := range []string{"process: New: Options.Dir: " + dir, "others may write to it", "chmod go-w"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v; want %q in it", err, part)
		}
	}
}
