//go:build linux

package process_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

type uidOf = types.UID

// soak is the source of the pods, and watches over them. It is to its agents
// what an API server is to a kubelet.
type soak struct {
	chaos
	t     *testing.T
	dir   string
	seed  uint64
	order []*soakPod // as they were added
	agent *soakProcess
	// The summary prints these.
	kills, stops, starts, updates int
	shims                         []killedShim

	mu   sync.Mutex // of what follows, and of what is known of pods
	pods map[uidOf]*soakPod
	ends map[string]string // what was told of each container's end, by ID
}

// soakPod is a pod as its source knows it.
type soakPod struct {
	spec         *corev1.Pod
	leave, evict *order   // the order about it; nil if there was none
	updated      []string // containers that were given another image

	// This is known of the pod from all agents so far.
	status, reported *corev1.PodStatus
	gone             bool
	told             bool // that it is gone, and not only found to be
}

func (p *soakPod) static() bool { return p.spec.Annotations["kubernetes.io/config.source"] == "file" }

func (p *soakPod) String() string {
	status, _ := json.Marshal(p.status)
	return fmt.Sprintf("%s: leave %+v, evict %v, gone %v, status %s", p.spec.UID, p.leave, p.evict != nil, p.gone, status)
}

// alive returns how many pods are not gone.
func (s *soak) alive() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.order {
		if !p.gone {
			n++
		}
	}
	return n
}

// soakProcess is one agent.
type soakProcess struct {
	cmd    *exec.Cmd
	orders io.WriteCloser
	out    *json.Encoder
	have   chan []types.UID // what it has from the one before
	heard  chan struct{}    // closed when it has said all
}

// launch starts an agent, and listens to it.
func (s *soak) launch() {
	s.t.Helper()
	a := &soakProcess{cmd: exec.Command(os.Args[0]), have: make(chan []types.UID, 1), heard: make(chan struct{})}
	a.cmd.Env = append(os.Environ(), soakVariable+"="+s.dir)
	a.cmd.Stderr = os.Stderr
	out, err := a.cmd.StdoutPipe()
	s.must(err)
	a.orders, err = a.cmd.StdinPipe()
	s.must(err)
	a.out = json.NewEncoder(a.orders)
	s.must(a.cmd.Start())
	s.agent = a
	go func() {
		defer close(a.heard)
		for in := json.NewDecoder(out); ; {
			var r report
			if err := in.Decode(&r); err != nil { // it has ended, maybe within a line
				return
			}
			s.hear(a, &r)
		}
	}()
}

// start starts an agent, and tells it of its pods and of all orders about them:
// the agent before may not have carried them out.
func (s *soak) start() {
	s.t.Helper()
	s.launch()
	had := map[types.UID]bool{}
	select {
	case have := <-s.agent.have:
		for _, uid := range have {
			had[uid] = true
		}
	case <-s.agent.heard:
		s.t.Fatal("the agent has ended:", s.agent.cmd.Wait())
	case <-time.After(patience):
		s.t.Fatal("the agent does not begin")
	}
	for _, p := range s.order {
		for _, o := range s.again(p, had[p.spec.UID]) {
			s.tell(o)
		}
	}
}

// again returns the orders that a new agent must get about a pod.
func (s *soak) again(p *soakPod, had bool) []order {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case p.gone:
		if had {
			s.t.Errorf("a pod that was gone is back: %v", p)
		}
	case p.leave != nil && had:
		return []order{*p.leave}
	case p.leave != nil:
		p.gone = true
	case !had && p.status != nil:
		s.t.Errorf("a pod was lost: %v", p)
	case p.evict != nil && !terminal(p.status):
		return []order{{Add: p.spec}, *p.evict}
	default:
		return []order{{Add: p.spec}}
	}
	return nil
}

// tell gives an order to the agent. If the agent was killed, the next one gets
// it.
func (s *soak) tell(o order) {
	s.t.Helper()
	s.must(s.agent.out.Encode(o))
}

// kill ends the agent without a warning.
func (s *soak) kill() {
	s.must(s.agent.cmd.Process.Kill())
	<-s.agent.heard
	s.agent.cmd.Wait()
	s.kills++
}

// stop ends the agent properly, and checks that it leaves nothing behind.
func (s *soak) stop() {
	s.t.Helper()
	s.tell(order{Stop: true})
	select {
	case <-s.agent.heard:
	case <-time.After(patience):
		s.agent.cmd.Process.Signal(unix.SIGQUIT) // it says where it hangs
	}
	<-s.agent.heard
	if err := s.agent.cmd.Wait(); err != nil {
		s.t.Errorf("an agent that was stopped: %v", err)
	}
	s.stops++
}

func (s *soak) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// eventually waits until is returns nil. It calls is with the lock held.
func (s *soak) eventually(what string, is func() error) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		err := is()
		s.mu.Unlock()
		switch {
		case err == nil:
			return
		case time.Now().After(deadline):
			s.t.Fatalf("never: %s: %v", what, err)
		case s.agent.ended():
			s.t.Fatalf("the agent has ended before %s: %v", what, errors.Join(err, s.agent.cmd.Wait()))
		}
	}
}

func (a *soakProcess) ended() bool {
	select {
	case <-a.heard:
		return true
	default:
		return false
	}
}

// cleanUp kills everything that is left.
func (s *soak) cleanUp() {
	if s.agent != nil && !s.agent.ended() {
		s.kill()
	}
	for range 10 { // one may have started another meanwhile
		for _, p := range s.processes() {
			unix.Kill(p.pid, unix.SIGKILL)
		}
	}
	if s.t.Failed() {
		s.t.Logf("what was recorded is kept in %s", s.dir)
	} else if err := os.RemoveAll(s.dir); err != nil {
		s.t.Error(err)
	}
}
