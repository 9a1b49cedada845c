//go:build linux

package process

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/lifecycle/agent"
)

// BenchmarkContainer starts and stops a container, and reports the memory of a
// shim: all of it, and what it does not share with the other shims.
func BenchmarkContainer(b *testing.B) {
	ctx := context.Background()
	r, err := New(Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	first, s := benchContainer(b, r)
	for b.Loop() {
		c, _ := benchContainer(b, r)
		if err := r.stop(ctx, c, 0); err != nil {
			b.Fatal(err)
		}
	}
	all, own := memoryOf(b, first.started.PID)
	b.ReportMetric(all, "shim-RSS-KiB")
	b.ReportMetric(own, "shim-own-KiB")
	if err := r.RemoveSandbox(ctx, s); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkExec measures what an exec probe costs.
func BenchmarkExec(b *testing.B) {
	ctx := context.Background()
	r, err := New(Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	c, s := benchContainer(b, r)
	for b.Loop() {
		if _, err := r.Exec(ctx, c.record.ID, []string{"true"}, 0); err != nil {
			b.Fatal(err)
		}
	}
	if err := r.RemoveSandbox(ctx, s); err != nil {
		b.Fatal(err)
	}
}

// benchContainer starts a container in a sandbox of its own.
func benchContainer(b *testing.B, r *Runtime) (c *container, sandbox string) {
	ctx, pod := context.Background(), &corev1.Pod{}
	s, err := r.RunSandbox(ctx, agent.SandboxConfig{Spec: pod})
	if err != nil {
		b.Fatal(err)
	}
	spec := &corev1.Container{Name: "app", Command: []string{"sleep", "1000"}}
	made, err := r.CreateContainer(ctx, agent.ContainerConfig{Sandbox: s.ID, PodSpec: pod, Spec: spec})
	if err != nil {
		b.Fatal(err)
	}
	if err := r.StartContainer(ctx, made.ID); err != nil {
		b.Fatal(err)
	}
	return r.container(made.ID), s.ID
}

// memoryOf returns the memory of a process's parent.
func memoryOf(b *testing.B, pid int) (all, own float64) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	parent := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])[1]
	status, err := os.ReadFile(fmt.Sprintf("/proc/%s/status", parent))
	if err != nil {
		b.Fatal(err)
	}
	for line := range bytes.Lines(status) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		kib, _ := strconv.ParseFloat(string(bytes.TrimSuffix(bytes.TrimSpace(value), []byte(" kB"))), 64)
		switch string(name) {
		case "VmRSS":
			all = kib
		case "RssAnon":
			own = kib
		}
	}
	return all, own
}
