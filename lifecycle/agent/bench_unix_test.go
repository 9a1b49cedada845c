//go:build unix

package agent_test

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
	"github.com/podclock/podclock/lifecycle/agent/runtimetest"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
)

// counter answers every probe with success, and counts.
type counter struct {
	prober
	n atomic.Int64
}

func (c *counter) Probe(context.Context, handler.Target, *corev1.Probe) probe.Answer {
	c.n.Add(1)
	return probe.Answer{Outcome: probe.OutcomeSuccess}
}

// cpu returns the user and system time of this process.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// The pods have a liveness probe each second that costs nothing itself, on the
// real clock: what remains is the cost of the agent. An operation is a second
// of all pods.
func BenchmarkTenThousandPodsProbedEachSecond(b *testing.B) {
	const pods = 10_000
	c := &counter{}
	a, err := agent.New(agent.Options{Runtime: &runtimetest.Fake{}, Prober: c})
	if err != nil {
		b.Fatal(err)
	}
	before := heap()
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error)
	go func() { ended <- a.Run(ctx) }()
	for i := range pods {
		name := fmt.Sprintf("web-%d", i)
		if err := a.Add(web(types.UID(name), liveness, func(p *corev1.Pod) { p.Name = name })); err != nil {
			b.Fatal(err)
		}
	}
	for c.n.Load() < 2*pods {
		time.Sleep(100 * time.Millisecond)
	}
	memory, goroutines := heap()-before, runtime.NumGoroutine()
	b.ResetTimer()
	began, probes := cpu(b), c.n.Load()
	for b.Loop() {
		time.Sleep(time.Second)
	}
	spent, done := cpu(b)-began, c.n.Load()-probes
	b.ReportMetric(float64(spent.Nanoseconds())/float64(done), "cpu-ns/probe")
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "probes/s")
	b.ReportMetric(float64(memory)/pods, "B/pod")
	b.ReportMetric(float64(goroutines), "goroutines")
	cancel()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}
