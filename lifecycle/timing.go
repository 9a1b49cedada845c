package lifecycle

import "time"

// Timing says how long the kubelet's own machinery around a pod takes. The
// rules are the same under every Timing; see section K of the specification.
//
// The zero value is [IdealTiming].
type Timing struct {
	// OnDemandRelist is the time from the end of a sync that acted to the
	// relist of its pod (T4, R37).
	OnDemandRelist time.Duration
	// SyncDuration is the time from a sync's decisions to what it does first, and
	// from the end of its kills to its starts.
	SyncDuration time.Duration
	// ProbeDelay is the time from a probe worker's tick or trigger to its pass.
	ProbeDelay time.Duration
	// Resync is the delay to the next sync after one that succeeded, before
	// jitter (T5). 0: no periodic sync.
	Resync time.Duration
	// RetryError is the same after one that failed (T6); 0 means 10 s.
	RetryError time.Duration
	// RetryNetwork is the same while the network is not ready (T7); 0 means 1 s.
	RetryNetwork time.Duration

	// Chance is everything that is chance in a real kubelet. If nil, nothing is left
	// to chance: relists and looks come when there is something to see, and jitter
	// is 1.
	Chance Chance
}

// Chance is the seam through which chance comes: seeded, fixed, or taken from a
// recording. Its methods are called in the order of the simulation; results
// must not depend on anything else.
type Chance interface {
	// Relist returns the first relist of the lifecycle event generator at or
	// after t (T3); with after, strictly after t.
	Relist(t time.Time, after bool) time.Time
	// Look returns the first look of the main loop at due pods strictly after t (T1).
	Look(t time.Time) time.Time
	// Housekeeping returns the first housekeeping strictly after t (T2).
	Housekeeping(t time.Time) time.Time
	// Collect returns the first garbage collection of dead containers strictly after t (T13).
	Collect(t time.Time) time.Time
	// Requeue returns the jittered delay for a sync that ended at now and is to be
	// repeated after base (R33).
	Requeue(now time.Time, base time.Duration) time.Duration
	// FirstProbe returns how long a probe worker made at now waits before its first
	// pass (P39).
	FirstProbe(now time.Time, period time.Duration) time.Duration
}

// nextSync returns how long after a sync that ended at now the next one comes by
// itself, before jitter (R33). It is false if none does.
func (t *Timing) nextSync(s *pass, now time.Time) (base time.Duration, again bool) {
	switch {
	case !s.Result.Failed:
		return t.Resync, t.Resync != 0
	case s.NoNetwork:
		return t.retryNetwork(), true
	case !s.Result.Refused.IsZero():
		return t.retryRefused(s.Result.Refused.Sub(now)), true
	}
	return t.retryError(), true
}

// retryRefused caps the wait for a refused start at the resync period (R33).
func (t *Timing) retryRefused(left time.Duration) time.Duration {
	if t.Resync > 0 {
		left = min(left, t.Resync)
	}
	return max(left, 0)
}

func (t *Timing) retryError() time.Duration {
	if t.RetryError == 0 {
		return 10 * time.Second
	}
	return t.RetryError
}

func (t *Timing) retryNetwork() time.Duration {
	if t.RetryNetwork == 0 {
		return time.Second
	}
	return t.RetryNetwork
}
