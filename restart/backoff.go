package restart

import "time"

// Backoff is the back-off entry of one container, or of one image of a pod
// (R14). It is a plain value: copy it, compare it, marshal it. The zero value is
// "no entry". Whoever changes the image or the resources of a container starts
// with a zero Backoff (R13).
//
// Invariant: Delay is 0 (no entry) or lies within [Initial, Max] of the limits
// it was advanced with.
type Backoff struct {
	// Delay is how long the next start is refused, from the end of an instance.
	Delay time.Duration `json:"delay,omitempty"`
	// Advanced is when the entry was last advanced.
	Advanced time.Time `json:"advanced,omitzero"`
}

// Check reports whether a start at now is refused, for a container whose newest
// exited instance finished at finishedAt (R17). If it is, the refusal says until
// when. A container without an exited instance is not checked at all (R20).
func (b Backoff) Check(now, finishedAt time.Time, l Limits) (Refusal, bool) {
	if b.Delay == 0 || finishedAt.Sub(b.Advanced) > l.Expiry {
		return Refusal{}, false
	}
	// R17: strictly, and from the event, not from the last advance.
	if now.Sub(finishedAt) >= b.Delay {
		return Refusal{}, false
	}
	return Refusal{Delay: b.Delay, Until: finishedAt.Add(b.Delay)}, true
}

// Advance records that a container, whose newest exited instance finished at
// finishedAt, is started at now (R16, R21).
func (b *Backoff) Advance(now, finishedAt time.Time, l Limits) {
	if b.Delay == 0 || finishedAt.Sub(b.Advanced) > l.Expiry {
		b.Delay = l.Initial
	} else {
		b.Delay = min(2*b.Delay, l.Max)
	}
	b.Advanced = now
}

// Expire drops an entry that was not advanced for longer than the expiry, as
// the kubelet's housekeeping does (R18, R25), and reports whether it did.
func (b *Backoff) Expire(now time.Time, l Limits) bool {
	if b.Delay == 0 || now.Sub(b.Advanced) <= l.Expiry {
		return false
	}
	*b = Backoff{}
	return true
}

// Expires returns the last instant at which Expire keeps the entry; ok is false
// if there is none.
func (b Backoff) Expires(l Limits) (last time.Time, ok bool) {
	return b.Advanced.Add(l.Expiry), b.Delay != 0
}

// CheckPull reports whether an image pull at now is refused: it is while less
// than the delay has passed since the last failed pull (I6).
func (b Backoff) CheckPull(now time.Time, l Limits) (Refusal, bool) {
	return b.Check(now, b.Advanced, l)
}

// PullFailed records that an image pull failed at now (I6, I7).
func (b *Backoff) PullFailed(now time.Time, l Limits) {
	b.Advance(now, now, l)
}
