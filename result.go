package podclock

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/podphase"
	"github.com/podclock/podclock/timeline"
)

// Result is what a simulation has come to.
type Result struct {
	// Seed is the one of the Options: with it the same story can be played again.
	Seed       uint64
	Start, End time.Time
	Timeline   *timeline.Timeline
	Pods       []PodResult
}

// PodResult is one pod at the end.
type PodResult struct {
	Name     string // "namespace/name"
	Status   corev1.PodStatus
	Columns  podphase.Row
	Finished bool
}

// Run plays the story of the options to its end.
func Run(o Options) (*Result, error) {
	s, err := New(o)
	if err != nil {
		return nil, err
	}
	d := o.For
	if d == 0 {
		d = DefaultFor
	}
	if err := s.RunFor(d); err != nil {
		return nil, err
	}
	return s.Result(), nil
}
