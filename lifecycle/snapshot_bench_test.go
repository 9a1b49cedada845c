package lifecycle_test

import (
	"testing"

	"github.com/podclock/podclock/lifecycle"
)

// BenchmarkSnapshot is what an agent pays to keep a pod with a sidecar, two
// probes and two instances in its back-off.
func BenchmarkSnapshot(b *testing.B) {
	p, err := lifecycle.Restore(soundSnapshot(b, "back-off"), lifecycle.Config{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		data, err := p.Snapshot()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(data)), "B/snapshot")
	}
}

func BenchmarkRestore(b *testing.B) {
	data := soundSnapshot(b, "back-off")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := lifecycle.Restore(data, lifecycle.Config{}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
