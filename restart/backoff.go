package restart

import "time"

// Backoff is the back-off entry of one container, or of one image of a pod (R14). It is a
// plain value that can be copied, compared and marshalled. The zero Backoff is "no entry".
// If the image or the resources of a container change, begin with a zero Backoff (R13).
//
// Invariant: Delay is 0 (no entry) or between Initial and Max of the limits with which it
// was advanced.
type Backoff struct {
	// Delay is how long the next start is refused after the end of an instance.
	Delay time.Duration `json:"delay,omitempty"`
	// Advanced is when the entry was last advanced.
	Advanced time.Time `json:"advanced,omitzero"`
}

// Check reports whether a start at now is refused (R17). finishedAt is the end of the newest
// exited instance of the container. The refusal says how long starts are refused. Do not
// check a container without an exited instance: it is started at once (R20).
func (b Backoff) Check(now, finishedAt time.Time, l Limits) (Refusal, bool) {
	if b.Delay == 0 || finishedAt.Sub(b.Advanced) > l.Expiry {
		return Refusal{}, false
	}
	// The delay counts from the end of the instance, not from the last advance. A start at
	// exactly its end is allowed (R17).
	if now.Sub(finishedAt) >= b.Delay {
		return Refusal{}, false
	}
	return Refusal{Delay: b.Delay, Until: finishedAt.Add(b.Delay)}, true
}

// Advance records that a container is started at now (R16, R21). finishedAt is the end of
// its newest exited instance. It doubles the delay, or begins with the initial one if the
// entry has expired.
func (b *Backoff) Advance(now, finishedAt time.Time, l Limits) {
	if b.Delay == 0 || finishedAt.Sub(b.Advanced) > l.Expiry {
		b.Delay = l.Initial
	} else {
		b.Delay = min(2*b.Delay, l.Max)
	}
	b.Advanced = now
}

// Expire deletes an entry that was not advanced for longer than the expiry, and reports
// whether it did. The kubelet's housekeeping does this every 2 s (R18). It can cut a wait
// short (R25).
func (b *Backoff) Expire(now time.Time, l Limits) bool {
	if b.Delay == 0 || now.Sub(b.Advanced) <= l.Expiry {
		return false
	}
	*b = Backoff{}
	return true
}

// Expires returns the last instant at which Expire keeps the entry. It returns false if
// there is no entry.
func (b Backoff) Expires(l Limits) (last time.Time, ok bool) {
	return b.Advanced.Add(l.Expiry), b.Delay != 0
}

// CheckPull reports whether an image pull at now is refused, because less than the delay has
// passed since the last failed pull (I6).
func (b Backoff) CheckPull(now time.Time, l Limits) (Refusal, bool) {
	return b.Check(now, b.Advanced, l)
}

// PullFailed records that an image pull failed at now (I6, I7).
func (b *Backoff) PullFailed(now time.Time, l Limits) {
	b.Advance(now, now, l)
}
