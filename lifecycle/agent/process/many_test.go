//go:build unix

package process

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/probe/handler"
)

// Many containers that end at once in all ways, with commands in them, give one
// notice each.
func TestManyContainersAtOnce(t *testing.T) {
	const count = 40
	b := newBench(t, Options{})
	rng := rand.New(rand.NewPCG(1, 2))
	want := map[string]int32{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for n := range count {
		spec := &corev1.Container{Name: fmt.Sprint("app-", n), Command: []string{"sleep", "1000"}}
		code := int32(143)
		if rng.IntN(2) == 0 {
			code = int32(rng.IntN(100))
			spec.Command = []string{"sh", "-c", fmt.Sprintf("sleep 1000 & exit %d", code)}
		}
		all.Go(func() {
			id, err := b.live(spec)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			want[id] = code
		})
	}
	all.Wait()
	for range count {
		n := b.notice()
		if code, ok := want[n.Container]; !ok || code != n.ExitCode {
			t.Errorf("notice %+v, want %d", n, code)
		}
		delete(want, n.Container)
	}
	have, err := b.r.List(b.ctx)
	b.must(err)
	for _, c := range have.Containers {
		if c.State != agent.StateExited {
			t.Errorf("%s is %v", c.Name, c.State)
		}
	}
	if len(b.notices) > 0 {
		t.Errorf("notice %+v, want no more", <-b.notices)
	}
}

// live runs a container from its creation to its end, and stops it if it would
// run for ever.
func (b *bench) live(spec *corev1.Container) (string, error) {
	made, err := b.r.CreateContainer(b.ctx, b.config(spec))
	if err != nil {
		return "", err
	}
	if err := b.r.StartContainer(b.ctx, made.ID); err != nil {
		return made.ID, err
	}
	forever := spec.Command[0] == "sleep"
	_, err = b.r.Exec(b.ctx, made.ID, []string{"sh", "-c", "exit 9"}, hangGuard)
	var exit *handler.ExitError
	if answered := errors.As(err, &exit) && exit.Code == 9; forever && !answered {
		return made.ID, fmt.Errorf("a command: %w", err)
	}
	if !forever {
		return made.ID, nil
	}
	return made.ID, b.r.StopContainer(b.ctx, made.ID, time.Minute)
}
