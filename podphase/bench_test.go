package podphase_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/podphase"
)

func benchPod() *builder {
	return newPod(always).init("i", done()).sidecar("s", ready()).regular("a", running()).regular("b", ready()).phase(runs)
}

func BenchmarkPhase(b *testing.B) {
	pod := benchPod()
	rules := pod.compile()
	b.ReportAllocs()
	for b.Loop() {
		rules.Phase(&pod.pod.Status, false, true)
	}
}

func BenchmarkConditions(b *testing.B) {
	pod := benchPod()
	rules := pod.compile()
	facts := podphase.Facts{Status: &pod.pod.Status}
	facts.Previous = rules.Conditions(nil, &facts)
	var dst []corev1.PodCondition
	b.ReportAllocs()
	for b.Loop() {
		dst = rules.Conditions(dst[:0], &facts)
		podphase.Stamp(dst, facts.Previous, epoch)
	}
}

func BenchmarkEqual(b *testing.B) {
	pod := benchPod()
	other := pod.pod.Status.DeepCopy()
	b.ReportAllocs()
	for b.Loop() {
		if !podphase.Equal(&pod.pod.Status, other) {
			b.Fatal("not equal")
		}
	}
}

func BenchmarkColumns(b *testing.B) {
	pod := benchPod()
	b.ReportAllocs()
	for b.Loop() {
		podphase.Columns(&pod.pod, epoch)
	}
}
