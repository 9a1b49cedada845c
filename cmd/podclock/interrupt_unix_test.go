//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The process is known to be playing once it has printed its first story. The second one
// would take hours.
func TestCtrlCEndsALongRunWithWhatThereIs(t *testing.T) {
	const pod = `manifest:
  apiVersion: v1
  kind: Pod
  metadata: {name: web}
  spec: {containers: [{name: app, image: "web:1", readinessProbe: {exec: {command: [ok]}, periodSeconds: 1}}]}
`
	t.Chdir(t.TempDir())
	for file, text := range map[string]string{
		"1-short.yaml": "for: 1s\n" + pod,
		"2-long.yaml":  "for: 36500d\nnoLeap: true\nexpect: {restarts: 1}\n" + pod,
		"3-after.yaml": "for: 1s\n" + pod,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("podclock", "simulate", ".")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	for line := ""; !strings.HasPrefix(line, "default/web after 1s: "); {
		if line, err = out.ReadString('\n'); err != nil {
			t.Fatalf("%v before the first story is over: %s", err, &stderr)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the status says more
	if status := cmd.ProcessState.ExitCode(); status != exitInterrupted {
		t.Errorf("exit status %d (%s); want %d", status, cmd.ProcessState, exitInterrupted)
	}
	if got := string(rest); !strings.Contains(got, "== 2-long.yaml\n") || strings.Contains(got, "3-after") {
		t.Errorf("after Ctrl-C:\n%s\nwant what there is of the second story, and no third one", got)
	}
	const want = "podclock simulate: 2-long.yaml: interrupted at +"
	if got := stderr.String(); !strings.HasPrefix(got, want) || strings.Contains(got, "expect.restarts") {
		t.Errorf("standard error %q; want %q", got, want)
	}
}
