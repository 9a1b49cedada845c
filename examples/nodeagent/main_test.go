//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent/process"
)

// The test binary is also the node agent and the program of its manifests, if called by
// their names.
func TestMain(m *testing.M) {
	process.Main()
	if name := filepath.Base(os.Args[0]); name == "nodeagent" || name == demoName {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// hangGuard ends a test that would hang. No test takes that long.
const hangGuard = 2 * time.Minute

// started is a node agent that runs as a process.
type started struct {
	t     *testing.T
	cmd   *exec.Cmd
	state string
	url   string
	ended chan struct{}

	mu  sync.Mutex
	log strings.Builder
}

// start starts a node agent for a directory of manifests and waits until it serves.
func start(t *testing.T, manifests, state string, more ...string) *started {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	n := &started{t: t, state: state, ended: make(chan struct{})}
	n.cmd = exec.Command(executable)
	n.cmd.Args = append([]string{"nodeagent", "-manifests", manifests, "-state", state, "-listen", "127.0.0.1:0", "-node", "N1", "-interval", "200ms"}, more...)
	stderr, err := n.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go n.read(stderr)
	t.Cleanup(n.cleanUp)
	n.until("it serves", func() string {
		if url := regexp.MustCompile(`url=(\S+)`).FindStringSubmatch(n.text()); url != nil {
			n.url = url[1]
			return ""
		}
		return "no URL in the log"
	})
	return n
}

// read collects the log until the process ends.
func (n *started) read(stderr io.Reader) {
	defer close(n.ended)
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		n.mu.Lock()
		n.log.WriteString(lines.Text() + "\n")
		n.mu.Unlock()
	}
	n.cmd.Wait()
}

func (n *started) text() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.log.String()
}

// cleanUp ends what a failed test has left behind.
func (n *started) cleanUp() {
	n.cmd.Process.Kill()
	<-n.ended
	for _, pid := range left(n.state) {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	http.DefaultClient.CloseIdleConnections()
	if n.t.Failed() {
		n.t.Logf("the log of the node agent:\n%s", n.text())
	}
}

// until waits until missing returns "". What it returns before is what is missing.
func (n *started) until(what string, missing func() string) {
	n.t.Helper()
	why := missing()
	for deadline := time.Now().Add(hangGuard); why != ""; why = missing() {
		if time.Now().After(deadline) {
			n.t.Fatalf("%s: %s", what, why)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// logs waits for a line of the log.
func (n *started) logs(part string) {
	n.t.Helper()
	n.until("the log", func() string {
		if strings.Contains(n.text(), part) {
			return ""
		}
		return "nothing of " + part
	})
}

// get returns what the node agent serves at a path.
func (n *started) get(path string) string {
	n.t.Helper()
	response, err := http.Get(n.url + path)
	if err != nil {
		n.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		n.t.Fatalf("GET %s: status %s, %v: %s", path, response.Status, err, body)
	}
	return string(body)
}

// pods returns all pods with a name, in their order.
func (n *started) pods(name string) (found []corev1.Pod) {
	n.t.Helper()
	var list corev1.PodList
	if err := json.Unmarshal([]byte(n.get("/pods")), &list); err != nil || list.Kind != "PodList" || list.APIVersion != "v1" {
		n.t.Fatalf("/pods: kind %q, version %q, %v", list.Kind, list.APIVersion, err)
	}
	for _, pod := range list.Items {
		if pod.Name == name {
			found = append(found, pod)
		}
	}
	return found
}

// container waits until the only container of the only pod with a name is ok, and returns
// the pod.
func (n *started) container(name, what string, ok func(corev1.ContainerStatus) bool) (pod corev1.Pod) {
	n.t.Helper()
	n.until(name+" is "+what, func() string {
		pods := n.pods(name)
		if len(pods) == 1 && len(pods[0].Status.ContainerStatuses) == 1 && ok(pods[0].Status.ContainerStatuses[0]) {
			pod = pods[0]
			return ""
		}
		return fmt.Sprintf("there are %+v", pods)
	})
	return pod
}

func (n *started) signal(s syscall.Signal) {
	n.t.Helper()
	if err := n.cmd.Process.Signal(s); err != nil {
		n.t.Fatal(err)
	}
}

// exits waits for the end and checks the exit code.
func (n *started) exits(code int) {
	n.t.Helper()
	select {
	case <-n.ended:
	case <-time.After(hangGuard):
		n.t.Fatal("the node agent does not end")
	}
	if got := n.cmd.ProcessState.ExitCode(); got != code {
		n.t.Fatalf("exit code %d; want %d", got, code)
	}
}

// left returns the processes that belong to a state directory: containers have its name in
// their environment, and shims run in it. It works only on Linux.
func left(state string) (pids []int) {
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range processes {
		environ, _ := os.ReadFile(filepath.Join(dir, "environ"))
		at, _ := os.Readlink(filepath.Join(dir, "cwd"))
		var pid int
		fmt.Sscan(filepath.Base(dir), &pid)
		if pid != os.Getpid() && (strings.Contains(string(environ), state) || strings.HasPrefix(at, state)) {
			pids = append(pids, pid)
		}
	}
	return pids
}
