package lifecycle

import "time"

// This file is the ideal model: the rules, and nothing that takes time or is
// chance (T30). It runs the same algorithm as every other timing, with a Chance
// that answers "at once". Where "at once" would repeat itself for ever at one
// instant, or come before what a kubelet's own delays let happen first, the
// model does once per instant what a kubelet does once per loop. Timing.ideal
// marks these places; all of them stand below, each with its reason.

// IdealTiming is the rules and nothing else: no latency, no jitter (T30).
var IdealTiming = Timing{}

// idealChance is the Chance of the ideal model: every loop comes round when it
// is needed, and no delay is jittered.
type idealChance struct{}

func (idealChance) Relist(t time.Time, _ bool) time.Time                  { return t }
func (idealChance) Look(t time.Time) time.Time                            { return t }
func (idealChance) Housekeeping(t time.Time) time.Time                    { return t }
func (idealChance) Collect(t time.Time) time.Time                         { return t }
func (idealChance) Requeue(_ time.Time, base time.Duration) time.Duration { return base }
func (idealChance) FirstProbe(_ time.Time, _ time.Duration) time.Duration { return 0 }

// withChance returns the timing with a Chance that is not nil; a nil timing is
// the ideal one.
func (t *Timing) withChance() *Timing {
	if t == nil {
		t = &IdealTiming
	}
	if t.Chance != nil {
		return t
	}
	c := *t
	c.Chance = idealChance{}
	return &c
}

// ideal reports whether nothing takes time.
func (t *Timing) ideal() bool { return t.Chance == idealChance{} }

// lookFrom returns the first look of the main loop at or after an instant. A
// Chance gives the first one strictly after it, which the ideal one need not.
func (t *Timing) lookFrom(at time.Time) time.Time {
	if t.ideal() {
		return at
	}
	return t.Chance.Look(at.Add(-1))
}

// relistsOnDemand reports whether a sync that acted asks for a relist of its pod
// (T4, R37). In the ideal model everything has been relisted by then.
func (t *Timing) relistsOnDemand() bool { return !t.ideal() }

// announcesUnknown reports whether an unknown state asks for a sync. A kubelet's
// event generator keeps it to itself, and the next sync finds it (T20). Where
// nothing takes time there may be no next sync.
func (t *Timing) announcesUnknown() bool { return t.ideal() }

// retriesCollection reports whether what could not be removed is tried again by
// the next garbage collection. In the ideal model that would be at once and
// without end, so it waits for the next change there.
func (t *Timing) retriesCollection() bool { return !t.ideal() }

// housekeepsAgain reports whether housekeeping comes again for a pod that is
// gone from its source. In the ideal model it would come at once and without
// end; there the pod's requeue finds it (S72).
func (t *Timing) housekeepsAgain() bool { return !t.ideal() }

// oncePerInstant reports whether something that was last done at an instant must
// not be done again at the same one. Manual readiness passes (T26) and missing
// workers (P34) would set each other off without end where nothing takes time; a
// kubelet's relists space them out (T12).
func (t *Timing) oncePerInstant(last, now time.Time) bool { return t.ideal() && last.Equal(now) }

// removalsFrom returns from when on the dead containers of a pod are removed that
// is ending, after one has ended at now; zero: at once. A kubelet removes them when
// it relists, up to a second later, and reads the final status as soon as the last
// one has ended. In the ideal model a relist comes at once. It waits for as long as
// a relist takes to come in the middle, so that what is lost is what a kubelet most
// likely loses (C12, S73).
func (t *Timing) removalsFrom(now time.Time) time.Time {
	if !t.ideal() {
		return zeroTime
	}
	return now.Add(time.Second / 2)
}
