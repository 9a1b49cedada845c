//go:build linux

package process_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/timeline"
)

// testimony is one line of a witness.
type testimony struct {
	what string
	at   time.Duration
}

// testimonies are the testimonies of one container, in order.
func (s *soak) testimonies(p *soakPod, container string) (all []testimony) {
	data, err := os.ReadFile(witnessOf([]string{s.dir, string(p.spec.UID), container}))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	s.must(err)
	for line := range strings.Lines(string(data)) {
		var said testimony
		var code int
		_, err := fmt.Sscan(line, &said.what, &said.at, &code)
		s.must(err)
		all = append(all, said)
	}
	return all
}

// hearWitnesses checks what the containers' processes say about their starts:
// none was beside another one, and none before the back-off was over.
func (s *soak) hearWitnesses() {
	for _, p := range s.order {
		for _, c := range append(p.spec.Spec.InitContainers, p.spec.Spec.Containers...) {
			s.starts += s.startsOf(p, c.Name)
			s.hearContainer(p, &c)
		}
	}
}

func restartsOf(status *corev1.PodStatus, name string) int {
	if status != nil {
		for _, c := range statusesOf(status) {
			if c.Name == name {
				return int(c.RestartCount)
			}
		}
	}
	return -1
}

// startsOf returns how often a container was started.
func (s *soak) startsOf(p *soakPod, container string) (n int) {
	for _, said := range s.testimonies(p, container) {
		if said.what == "start" {
			n++
		}
	}
	return n
}

// hearContainer checks the starts of one container. There is no back-off after
// the first end, then the initial one, and then each time the double. A
// container that was killed by a probe or for another image is started at once
// (R26).
func (s *soak) hearContainer(p *soakPod, c *corev1.Container) {
	limits, err := soakConfig.Restart.Limits()
	s.must(err)
	atOnce := c.LivenessProbe != nil || c.StartupProbe != nil || slices.Contains(p.updated, c.Name)
	starts, backoff, last := 0, time.Duration(0), time.Duration(0)
	for _, said := range s.testimonies(p, c.Name) {
		switch said.what {
		case "twice":
			s.t.Errorf("%s in %s was started while it ran", c.Name, p.spec.UID)
			continue
		case "start":
			if starts++; starts == 1 {
				break
			}
			if paused := said.at - last; !atOnce && paused < backoff {
				s.t.Errorf("start %d of %s in %s comes %v after the last end, before its back-off of %v is over", starts, c.Name, p.spec.UID, paused, backoff)
			}
			backoff = min(max(limits.Initial, 2*backoff), limits.Max)
		}
		last = said.at // of a start, if the process was killed and could not tell its end
	}
}

// playRecording replays what all agents have recorded, and checks that it ends
// with the same statuses.
func (s *soak) playRecording() {
	paths, err := filepath.Glob(filepath.Join(s.dir, flightDir, "*.podclock.jsonl"))
	s.must(err)
	var others []timeline.Kind
	for k := timeline.Kind(1); k < 32; k++ {
		if k != timeline.Status {
			others = append(others, k)
		}
	}
	player := &flight.Player{Filter: timeline.Filter{Drop: timeline.KindsOf(others...)}}
	for _, path := range paths {
		file, err := os.Open(path)
		s.must(err)
		if err := player.Play(file); err != nil && !errors.Is(err, flight.ErrCut) {
			s.t.Errorf("%s: %v", path, err)
		}
		file.Close()
	}
	log := player.Timeline()
	for _, p := range s.order {
		if !p.told {
			continue // of its last status no agent has come to tell
		}
		pod, err := log.Pod("soak/" + p.spec.Name)
		s.must(err)
		status, _ := pod.StatusAt(log.End().Sub(log.Start()))
		if played, told := asJSON(&status), asJSON(p.status); played != told {
			s.t.Errorf("the recording of %s ends with\n%s, told was\n%s", p.spec.UID, played, told)
		}
	}
}

func asJSON(v any) string {
	data, err := json.Marshal(v)
	check(err)
	return string(data)
}

// summary says how much the test has tested, and checks that it is not nothing.
func (s *soak) summary() {
	told := 0
	for _, p := range s.order {
		if p.told {
			told++
		}
	}
	s.t.Logf("%d pods, %d of them told to be gone; %d starts, %d restarts, %d changed images; %d agents killed, %d stopped; %d shims killed",
		len(s.order), told, s.starts, s.restarts(), s.updates, s.kills, s.stops, len(s.shims))
	if told == 0 || s.starts == 0 {
		s.t.Error("nothing has happened")
	}
}

// restarts returns how many restarts the pods' statuses have shown.
func (s *soak) restarts() (n int) {
	for _, p := range s.order {
		if p.status == nil {
			continue
		}
		for _, c := range statusesOf(p.status) {
			n += int(c.RestartCount)
		}
	}
	return n
}
