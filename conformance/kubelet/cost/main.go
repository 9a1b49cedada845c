//go:build unix

// Command cost measures the cost of a probe for its sender. It measures the kubelet's
// handlers, podclock's, and the minimum (a bare connect, write, read, close), in turns,
// against the same servers in another process.
//
//	go run ./cost [-n PROBES] [-rounds ROUNDS]
//
// CPU time is the user and system time of this process from getrusage. Allocations are those
// of the Go runtime. The result is the round with the median CPU time.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podclock/podclock/conformance/kubelet"
	"github.com/podclock/podclock/probe"
	"github.com/podclock/podclock/probe/handler"
)

func main() {
	if os.Getenv(serverVariable) != "" {
		serve()
		return
	}
	n := flag.Int("n", 2000, "probes a round")
	rounds := flag.Int("rounds", 7, "rounds of each")
	flag.Parse()
	if err := run(*n, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "cost:", err)
		os.Exit(1)
	}
}

// cost is the cost of one probe.
type cost struct {
	cpu    time.Duration
	wall   time.Duration
	allocs float64
	bytes  float64
}

func run(n, rounds int) error {
	servers, err := startServers()
	if err != nil {
		return err
	}
	defer servers.stop()
	theirs := kubelet.New()
	ours := handler.New(handler.Options{UserAgent: kubelet.UserAgent()})
	fmt.Printf("%-22s %12s %12s %10s %10s %10s\n", "", "CPU", "elapsed", "allocs", "bytes", "ratio")
	for _, c := range cases(servers) {
		subjects := []subject{{"kubelet", prober(theirs, c)}, {"podclock", prober(ours, c)}}
		if c.floor != nil {
			subjects = append(subjects, subject{"floor", c.floor})
		}
		costs, err := inTurns(subjects, n, rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		for i, s := range subjects {
			report(c.name, s.name, costs[i], costs[0])
		}
	}
	return nil
}

func report(name, who string, c, reference cost) {
	fmt.Printf("%-12s %-9s %10.1fµs %10.1fµs %10.1f %10.0f   CPU %.2f allocs %.2f\n", name, who,
		float64(c.cpu.Nanoseconds())/1000, float64(c.wall.Nanoseconds())/1000, c.allocs, c.bytes,
		float64(c.cpu)/float64(reference.cpu), c.allocs/reference.allocs)
}

// subject is what is measured: one probe of the server at an address.
type subject struct {
	name string
	run  func(ip string) error
}

// benchmark is a probe that must have a given outcome.
type benchmark struct {
	name    string
	spec    corev1.ProbeHandler
	outcome probe.Outcome
	floor   func(ip string) error
}

func cases(s *servers) []benchmark {
	get := func(port int, path string) corev1.ProbeHandler {
		return corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Port: intstr.FromInt(port), Path: path, Scheme: "HTTP"}}
	}
	return []benchmark{
		{"httpGet", get(s.http, "/"), probe.OutcomeSuccess, floor(s.http, []byte("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))},
		{"httpGet-500", get(s.http, "/failing"), probe.OutcomeFailure, nil},
		{"httpGet-chunk", get(s.http, "/chunked"), probe.OutcomeSuccess, nil},
		{"httpGet-moved", get(s.http, "/moved"), probe.OutcomeSuccess, nil},
		{"tcpSocket", corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt(s.http)}}, probe.OutcomeSuccess, floor(s.http, nil)},
		{"grpc", corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Port: int32(s.grpc)}}, probe.OutcomeSuccess, nil},
	}
}

func prober(h handler.Handler, b benchmark) func(ip string) error {
	spec := &corev1.Probe{ProbeHandler: b.spec, TimeoutSeconds: 5}
	return func(ip string) error {
		if a := h.Probe(context.Background(), handler.Target{PodIP: ip}, spec); a.Outcome != b.outcome || a.Err != "" {
			return fmt.Errorf("answer %+v", a)
		}
		return nil
	}
}

// inTurns measures the subjects in turns, rounds times.
func inTurns(subjects []subject, n, rounds int) ([]cost, error) {
	all := make([][]cost, len(subjects))
	for round := range rounds {
		for i, s := range subjects {
			// Each round has its own address, because the ports of closed connections are not free
			// at once.
			ip := fmt.Sprintf("127.0.%d.%d", round+1, i+1)
			c, err := measure(s.run, ip, n)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			all[i] = append(all[i], c)
		}
	}
	medians := make([]cost, len(subjects))
	for i := range all {
		slices.SortFunc(all[i], func(a, b cost) int { return int(a.cpu - b.cpu) })
		medians[i] = all[i][rounds/2]
	}
	return medians, nil
}

func measure(run func(ip string) error, ip string, n int) (cost, error) {
	for range 20 { // warm up
		if err := run(ip); err != nil {
			return cost{}, err
		}
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, start := cpuTime(), time.Now()
	for range n {
		if err := run(ip); err != nil {
			return cost{}, err
		}
	}
	wall, used := time.Since(start), cpuTime()-cpu
	runtime.ReadMemStats(&after)
	probes := time.Duration(n)
	return cost{
		cpu:    used / probes,
		wall:   wall / probes,
		allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
		bytes:  float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
	}, nil
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // impossible: the arguments are constants
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
