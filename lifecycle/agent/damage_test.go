package agent_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/internal/statefile"
	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
)

// other is a pod beside the one that web returns.
func other(p *corev1.Pod) { p.Name = "other" }

// damage leaves a state directory as an agent with two pods has left it, but for
// the file of the first, and returns it with its runtime and that file.
func damage(t *testing.T, change func(whole []byte) []byte) (dir string, r *runtimetest.Fake, file string) {
	t.Helper()
	dir, r = t.TempDir(), &runtimetest.Fake{}
	s := begin(t, agent.Options{Runtime: r, StateDir: dir})
	s.add(web("1"))
	s.add(web("2", other))
	s.stop()
	file = filepath.Join(dir, "1.pod.json")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, change(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, r, file
}

// resealed replaces a part of a state, and makes the checksum right again.
func resealed(before, after string) func([]byte) []byte {
	return func(whole []byte) []byte {
		line, _ := statefile.Unseal(whole)
		return statefile.Seal(bytes.Replace(line, []byte(before), []byte(after), 1))
	}
}

func TestADamagedStateFileCostsItsOwnPod(t *testing.T) {
	for name, c := range map[string]struct {
		change func([]byte) []byte
		want   string // why
	}{
		"empty":           {func([]byte) []byte { return nil }, "short or damaged"},
		"short":           {func(b []byte) []byte { return b[:len(b)/2] }, "short or damaged"},
		"zeros":           {func(b []byte) []byte { return make([]byte, len(b)) }, "short or damaged"},
		"one bit":         {func(b []byte) []byte { b[len(b)/2] ^= 4; return b }, "short or damaged"},
		"another release": {resealed(`{"version":1`, `{"version":9`), "version: 9: this release reads 1 alone"},
		"another machine": {resealed(`"machine":{"version":1`, `"machine":{"version":99`), "version: 99: this release reads 1 alone"},
		"another pod":     {resealed(`"uid":"1"`, `"uid":"7"`), "1.pod.json"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir, r, file := damage(t, c.change)
				before := r.Running()
				var log bytes.Buffer
				s := begin(t, agent.Options{Runtime: r, StateDir: dir, Logger: slog.New(slog.NewTextHandler(&log, nil))})
				for _, part := range []string{"level=ERROR", file, "aside=" + file + ".corrupt", c.want, "begins anew"} {
					if !strings.Contains(log.String(), part) {
						t.Errorf("no %s in the log: %s", part, &log)
					}
				}
				if aside, err := os.ReadFile(file + ".corrupt"); err != nil || name != "empty" && len(aside) == 0 {
					t.Errorf("set aside: %q, %v", aside, err)
				}
				if pods := s.Pods(); len(pods) != 1 || pods[0].UID != "2" {
					t.Errorf("the agent begins with %v", pods)
				}
				s.must(s.Add(web("1")))
				s.must(s.Add(web("2", other)))
				s.after(time.Minute)
				s.phase("1", corev1.PodRunning)
				s.phase("2", corev1.PodRunning)
				after := r.Running()
				kept := slices.DeleteFunc(slices.Clone(after), func(id string) bool { return !slices.Contains(before, id) })
				if len(before) != 2 || len(after) != 2 || len(kept) != 1 {
					t.Errorf("%v ran, and now %v; want one of them, and a new one of the pod that begins anew", before, after)
				}
			})
		})
	}
}

// What stands in the way of a state does not keep the agent from starting.
func TestADirectoryInTheStateDirectoryIsSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		for _, name := range []string{"1.pod.json", "2.pod.json.new"} {
			if err := os.MkdirAll(filepath.Join(dir, name, "full"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		s := begin(t, agent.Options{StateDir: dir})
		s.add(web("1"))
		s.add(web("2", other))
		for _, name := range []string{"1.pod.json", "2.pod.json"} {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.Mode().IsRegular() {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
