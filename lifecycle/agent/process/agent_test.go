//go:build unix

package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
)

// agentVariable tells this program to be an agent that will be killed. It says
// what the agent does, and in which directory.
const agentVariable = "PROCESS_TEST_AGENT"

func startAgent(t *testing.T, dir, what string) (*exec.Cmd, io.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), agentVariable+"="+what+" "+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, out
}

// doomed is an agent that will be killed.
type doomed struct {
	*Runtime
	pod     *corev1.Pod
	sandbox agent.Sandbox
	ended   chan string
}

func runAgent(variable string) {
	what, dir, _ := strings.Cut(variable, " ")
	r, err := New(Options{Dir: dir})
	check(err)
	a := &doomed{Runtime: r, pod: &corev1.Pod{}, ended: make(chan string, 1000)}
	r.Subscribe(func(n agent.Notice) { a.ended <- n.Container })
	a.sandbox, err = r.RunSandbox(context.Background(), agent.SandboxConfig{Spec: a.pod})
	check(err)
	if what == "scripts" {
		a.runScripts()
	}
	a.runBusily()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func (a *doomed) create(name, script string) string {
	c, err := a.CreateContainer(context.Background(), agent.ContainerConfig{
		Sandbox: a.sandbox.ID, IP: a.sandbox.IP, PodSpec: a.pod, Spec: &corev1.Container{Name: name, Command: []string{"sh", "-c", script}},
	})
	check(err)
	return c.ID
}

// runScripts starts the containers, prints their IDs, and waits.
func (a *doomed) runScripts() {
	for name, script := range scripts {
		id := a.create(name, script)
		check(a.StartContainer(context.Background(), id))
		fmt.Println(name, id, a.containers[id].started.PID)
		if name == "before" {
			<-a.ended
		}
	}
	fmt.Println("unstarted", a.create("unstarted", "exit 7"), 0)
	fmt.Println("ready")
	select {}
}

// runBusily is in the middle of something at any moment.
func (a *doomed) runBusily() {
	for n := 0; ; n++ {
		id := a.create(fmt.Sprint("app-", n), "sleep 1000 & sleep 1000")
		check(a.StartContainer(context.Background(), id))
		fmt.Println(id)
		switch n % 3 {
		case 1:
			check(a.StopContainer(context.Background(), id, time.Minute))
		case 2:
			go a.Exec(context.Background(), id, []string{"sleep", "1000"}, 0)
		}
	}
}
