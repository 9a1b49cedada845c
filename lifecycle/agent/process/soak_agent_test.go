//go:build linux

package process_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/flight"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/process"
	"github.com/podclock/podclock/restart"
)

// soakVariable tells this program to be the agent of a soak test, in the
// directory that it names.
const soakVariable = "SOAK_AGENT"

func init() {
	process.Modes[soakVariable] = runSoakAgent
	process.Modes[appVariable] = runApp
}

// Directories of a soak test.
const (
	runDir    = "run"
	stateDir  = "state"
	flightDir = "flight"
)

// soakConfig makes back-offs of 1, 2 and 4 s, and no longer ones.
var soakConfig = lifecycle.Config{Restart: restart.Config{
	Gates: restart.Gates{ReduceCrashLoopBackOffDecay: true}, MaxContainerRestartPeriod: 4 * time.Second,
}}

// hurried is the Chance of a live agent, but it collects dead containers each
// second and not each minute: a deleted pod is not gone before that.
type hurried struct{ lifecycle.Chance }

func (h hurried) Collect(t time.Time) time.Time { return t.Add(time.Second) }

// ForPod returns the Chance of the pod number n.
func (h hurried) ForPod(n int) lifecycle.Chance {
	return hurried{h.Chance.(interface{ ForPod(n int) lifecycle.Chance }).ForPod(n)}
}

// order is what the agent is told. Each is a line of JSON.
type order struct {
	Add      *corev1.Pod         `json:",omitempty"`
	Update   *corev1.Pod         `json:",omitempty"`
	Delete   types.UID           `json:",omitempty"`
	Grace    *int64              `json:",omitempty"` // of Delete
	Remove   types.UID           `json:",omitempty"`
	Evict    types.UID           `json:",omitempty"`
	Eviction *lifecycle.Eviction `json:",omitempty"` // of Evict
	Stop     bool                `json:",omitempty"`
}

// report is what the agent tells. Each is a line of JSON: first Have, then how
// its pods change, and what it could not do.
type report struct {
	Have     []types.UID
	Pod      types.UID         `json:",omitempty"`
	Status   *corev1.PodStatus // and as it is reported
	Reported *corev1.PodStatus
	Gone     bool   `json:",omitempty"`
	Refused  string `json:",omitempty"`
}

// runSoakAgent exits with 0 if it was stopped and has left nothing behind.
func runSoakAgent(dir string) {
	warmUp()
	before := openFiles()
	if err := soakAgent(dir); err != nil {
		fmt.Fprintln(os.Stderr, "soak agent:", err)
		os.Exit(1)
	}
	err := goleak.Find()
	if after := openFiles(); len(after) != len(before) {
		err = errors.Join(err, fmt.Errorf("file descriptors at the end: %q, at the start: %q", after, before))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak agent: it has left:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// warmUp opens the files that the Go runtime opens once and keeps.
func warmUp() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	check(l.Close())
}

func openFiles() []string {
	links, err := filepath.Glob("/proc/self/fd/*")
	check(err)
	var open []string
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil { // else it is that of the listing
			open = append(open, filepath.Base(link)+" "+target)
		}
	}
	return open
}

func soakAgent(dir string) (err error) {
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	r, err := process.New(process.Options{Dir: filepath.Join(dir, runDir), LogMaxSize: 2 << 10, LogMaxFiles: 2, Logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	recorder, err := flight.NewRecorder(flight.Options{Dir: filepath.Join(dir, flightDir), MaxBytes: 1 << 20, MaxTotal: 1 << 40})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, recorder.Err(), recorder.Close()) }()
	seed := uint64(os.Getpid())
	timing := agent.LiveTiming(rand.New(rand.NewPCG(seed, 0)))
	timing.Chance = hurried{timing.Chance}
	a, err := agent.New(agent.Options{
		Runtime: r, StateDir: filepath.Join(dir, stateDir), Flight: recorder, Config: soakConfig, Seed: seed, Timing: timing, Logger: logger,
	})
	if err != nil {
		return err
	}
	tell := teller(os.Stdout)
	have := report{Have: []types.UID{}}
	for _, p := range a.Pods() {
		have.Have = append(have.Have, p.UID)
	}
	tell(have)
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { obey(a, os.Stdin, tell); stop() })
	all.Go(func() {
		for c := range a.Watch(ctx) {
			tell(report{Pod: c.Pod.UID, Status: c.Status, Reported: c.Reported, Gone: c.Gone})
		}
	})
	err = a.Run(ctx)
	stop()
	all.Wait()
	return err
}

// teller writes reports. Several goroutines may use it.
func teller(w io.Writer) func(report) {
	var mu sync.Mutex
	out := json.NewEncoder(w)
	return func(r report) {
		mu.Lock()
		defer mu.Unlock()
		check(out.Encode(r))
	}
}

// obey carries out orders until the last one.
func obey(a *agent.Agent, orders io.Reader, tell func(report)) {
	in := json.NewDecoder(bufio.NewReader(orders))
	for {
		var o order
		if in.Decode(&o) != nil || o.Stop {
			return
		}
		var err error
		switch {
		case o.Add != nil:
			err = a.Add(o.Add)
		case o.Update != nil:
			err = a.Update(o.Update)
		case o.Delete != "":
			err = a.Delete(o.Delete, o.Grace)
		case o.Remove != "":
			err = a.Remove(o.Remove)
		case o.Evict != "":
			err = a.Evict(o.Evict, *o.Eviction)
		}
		if err != nil {
			tell(report{Refused: err.Error()})
		}
	}
}
