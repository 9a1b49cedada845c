package probe

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// Spec has the numbers of a corev1.Probe that a worker needs.
type Spec struct {
	InitialDelay     time.Duration
	Period           time.Duration // must be positive
	Timeout          time.Duration // of one attempt (P91)
	SuccessThreshold int32
	FailureThreshold int32
}

// Compile returns the numbers of a probe. The probe must have its defaults (SetDefaults). It
// panics if the period is not positive, because such a probe is not valid (P10).
func Compile(p *corev1.Probe) Spec {
	if p.PeriodSeconds < 1 {
		panic(fmt.Sprintf("probe: Compile: periodSeconds is %d: apply SetDefaults and Validate first", p.PeriodSeconds))
	}
	return Spec{
		InitialDelay:     time.Duration(p.InitialDelaySeconds) * time.Second,
		Period:           time.Duration(p.PeriodSeconds) * time.Second,
		Timeout:          time.Duration(p.TimeoutSeconds) * time.Second,
		SuccessThreshold: p.SuccessThreshold,
		FailureThreshold: p.FailureThreshold,
	}
}

// threshold returns how many equal answers in a row make r the result (P59).
func (s Spec) threshold(r Result) int64 {
	if r == Success {
		return int64(s.SuccessThreshold)
	}
	return int64(s.FailureThreshold)
}
