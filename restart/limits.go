package restart

import (
	"fmt"
	"time"
)

const (
	initialDelay        = 10 * time.Second
	reducedInitialDelay = time.Second
	maxDelay            = 300 * time.Second
	reducedMaxDelay     = 60 * time.Second
	entryExpiry         = 600 * time.Second
)

// Limits are the parameters of a back-off. Each delay is twice the previous one, without
// jitter.
type Limits struct {
	Initial time.Duration // the first delay; must be positive
	Max     time.Duration // the longest delay; must be at least Initial
	Expiry  time.Duration // how long an entry is valid after it was last advanced
}

// DefaultLimits returns the limits of Kubernetes v1.36, for container restarts and for image
// pulls: 10 s, 300 s, 600 s (R15, I6).
func DefaultLimits() Limits {
	return Limits{Initial: initialDelay, Max: maxDelay, Expiry: entryExpiry}
}

// Config is the kubelet's configuration of the restart back-off. The zero Config is the
// default.
type Config struct {
	Gates Gates
	// MaxContainerRestartPeriod is crashLoopBackOff.maxContainerRestartPeriod, from 1 s to 300
	// s. If 0, it is not set.
	MaxContainerRestartPeriod time.Duration
}

// Limits returns the limits of the configuration (R15). The error names the field, its value
// and the valid values.
func (c Config) Limits() (Limits, error) {
	if err := c.validate(); err != nil {
		return Limits{}, err
	}
	l := DefaultLimits()
	if c.Gates.ReduceCrashLoopBackOffDecay {
		l.Initial, l.Max = reducedInitialDelay, reducedMaxDelay
	}
	if c.Gates.DisableCrashLoopBackOffMax {
		return l, nil
	}
	// With this gate the maximum comes from the configuration. Its default of 300 s counts
	// even if the other gate alone would make it 60 s (R15).
	l.Max = maxDelay
	if c.MaxContainerRestartPeriod != 0 {
		l.Max = c.MaxContainerRestartPeriod
	}
	l.Initial = min(l.Initial, l.Max)
	return l, nil
}

// validate checks the range in whole milliseconds, as the kubelet does.
func (c Config) validate() error {
	m := c.MaxContainerRestartPeriod
	switch ms := m.Milliseconds(); {
	case m == 0:
		return nil
	case c.Gates.DisableCrashLoopBackOffMax:
		return fmt.Errorf("restart: maxContainerRestartPeriod: %v: must not be set without feature gate "+
			"KubeletCrashLoopBackOffMax", m)
	case ms < 1000 || ms > 300000:
		return fmt.Errorf("restart: maxContainerRestartPeriod: %v: must be between 1s and 300s", m)
	}
	return nil
}
