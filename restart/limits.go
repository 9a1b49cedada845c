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

// Limits are the parameters of a back-off. The factor is 2, without jitter.
type Limits struct {
	Initial time.Duration // the delay of a new entry; more than 0
	Max     time.Duration // what doubling ends at; not less than Initial
	Expiry  time.Duration // an entry not advanced for longer than this is void
}

// DefaultLimits are those of Kubernetes v1.36, for container restarts and for
// image pulls alike (R15, I6): 10 s, 300 s, 600 s.
func DefaultLimits() Limits {
	return Limits{Initial: initialDelay, Max: maxDelay, Expiry: entryExpiry}
}

// Config is what of the kubelet's configuration bears on restart back-off. The
// zero value is the default.
type Config struct {
	Gates Gates
	// MaxContainerRestartPeriod is crashLoopBackOff.maxContainerRestartPeriod:
	// 1 s to 300 s; 0 is unset.
	MaxContainerRestartPeriod time.Duration
}

// Limits returns the parameters that the configuration makes (R15), or an error
// that names the field, its value and what it may be.
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
	// R15: with this gate the configuration decides, and its default is 300 s
	// also where the other gate alone would make it 60 s.
	l.Max = maxDelay
	if c.MaxContainerRestartPeriod != 0 {
		l.Max = c.MaxContainerRestartPeriod
	}
	l.Initial = min(l.Initial, l.Max)
	return l, nil
}

// validate checks the range as the kubelet does, in whole milliseconds.
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
