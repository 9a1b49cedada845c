//go:build linux

package process_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle"
)

var (
	soakFor  = flag.Duration("soak", 8*time.Second, "how long the soak test lets things happen")
	soakSeed = flag.Uint64("soak.seed", 0, "seed of the soak test's pods and happenings; 0: another one each time")
)

const (
	soakPods = 30               // at a time, at most
	patience = 3 * time.Minute  // for what must happen
	linger   = 10 * time.Minute // of the containers of a test that was killed
)

// Pods of real processes come, crash, hang, change their images, and go, while
// the agent and the shims of containers are killed again and again. Throughout,
// no container runs twice, no restart count falls, no end of a pod is taken
// back, no back-off is cut short, and no pod is forgotten that was not deleted.
// In the end nothing is left. The processes themselves are the witnesses.
//
// -soak=10m makes it last. -soak.seed repeats the pods and what happens to
// them, though not the timing of the processes.
func TestSoak(t *testing.T) {
	seed := *soakSeed
	for seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-soak=%v -soak.seed=%d", *soakFor, seed)
	s := newSoak(t, seed)
	s.start()
	for range soakPods / 3 {
		s.add()
	}
	looked, end := time.Now(), time.Now().Add(*soakFor)
	s.eventually("a container is restarted", func() error {
		if s.restarts() == 0 {
			return errors.New("there was none")
		}
		return nil
	})
	s.kill()
	s.start()
	for time.Now().Before(end) && !t.Failed() {
		time.Sleep(s.upTo(200 * time.Millisecond))
		s.happen()
		if time.Since(looked) > time.Second {
			s.lookForTwins()
			looked = time.Now()
		}
	}
	s.settle()
	s.deleteAll()
	s.stop()
	s.nothingIsLeft()
	s.hearWitnesses()
	s.hearEnds()
	s.playRecording()
	s.summary()
}

func newSoak(t *testing.T, seed uint64) *soak {
	dir, err := os.MkdirTemp("", "soak") // a short path: there are sockets in it
	if err != nil {
		t.Fatal(err)
	}
	s := &soak{t: t, dir: dir, seed: seed, chaos: chaos{rand.New(rand.NewPCG(seed, 0))}, pods: map[uidOf]*soakPod{}, ends: map[string]string{}}
	t.Cleanup(s.cleanUp)
	if err := os.Mkdir(filepath.Join(dir, "witness"), 0o700); err != nil {
		t.Fatal(err)
	}
	return s
}

// happen makes one thing happen.
func (s *soak) happen() {
	switch n := s.IntN(100); {
	case n < 40:
		if s.alive() < soakPods {
			s.add()
		}
	case n < 65:
		s.drop()
	case n < 73:
		s.evict()
	case n < 83:
		s.update()
	case n < 90:
		s.killShim()
	case n < 97:
		s.kill()
		if s.one(3) { // another one does not even come to begin
			s.launch()
			time.Sleep(s.upTo(100*time.Millisecond) - 50*time.Millisecond)
			s.kill()
		}
		s.start()
	default:
		s.stop()
		s.start()
	}
}

func (s *soak) add() {
	d := drawer{chaos{rand.New(rand.NewPCG(s.seed, uint64(1+len(s.pods))))}, s.dir, *soakFor + linger}
	p := &soakPod{spec: d.pod(len(s.pods))}
	s.mu.Lock()
	s.pods[p.spec.UID] = p
	s.order = append(s.order, p)
	s.mu.Unlock()
	s.tell(order{Add: p.spec})
}

// drop deletes a pod, or removes the manifest of a static one.
func (s *soak) drop() {
	if p := s.anyone(); p != nil {
		s.dropPod(p)
	}
}

func (s *soak) dropPod(p *soakPod) {
	leave := &order{Delete: p.spec.UID}
	if p.static() {
		leave = &order{Remove: p.spec.UID}
	} else if s.one(2) {
		leave.Grace = new(s.Int64N(3))
	}
	s.say(&p.leave, leave)
}

func (s *soak) evict() {
	if p := s.anyone(); p != nil && p.evict == nil {
		s.say(&p.evict, &order{Evict: p.spec.UID, Eviction: &lifecycle.Eviction{
			Reason: "Evicted", Message: "the soak test wants it so", Grace: new(s.Int64N(2)),
		}})
	}
}

// say gives an order, and notes it for the next agents.
func (s *soak) say(note **order, o *order) {
	s.mu.Lock()
	*note = o
	s.mu.Unlock()
	s.tell(*o)
}

// update gives a container of a pod another image.
func (s *soak) update() {
	p := s.anyone()
	if p == nil {
		return
	}
	spec := p.spec.DeepCopy()
	list := spec.Spec.Containers
	if inits := spec.Spec.InitContainers; len(inits) > 0 && s.one(3) {
		list = inits
	}
	s.updates++
	c := &list[s.IntN(len(list))]
	c.Image = fmt.Sprint("soak:", 1+s.updates)
	s.mu.Lock()
	p.spec, p.updated = spec, append(p.updated, c.Name)
	s.mu.Unlock()
	s.tell(order{Update: spec})
}

// anyone returns a wanted pod, or nil.
func (s *soak) anyone() *soakPod {
	var wanted []*soakPod
	for _, p := range s.order {
		if p.leave == nil {
			wanted = append(wanted, p)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	return wanted[s.IntN(len(wanted))]
}

// deleteAll deletes all pods, and waits until they are gone.
func (s *soak) deleteAll() {
	for _, p := range s.order {
		if p.leave == nil {
			s.dropPod(p)
		}
	}
	s.eventually("all pods are gone", func() error {
		for _, p := range s.order {
			if !p.gone {
				return errors.New(p.String())
			}
		}
		return nil
	})
}

func terminal(s *corev1.PodStatus) bool {
	return s != nil && (s.Phase == corev1.PodSucceeded || s.Phase == corev1.PodFailed)
}
