package pleg

import (
	"time"

	"github.com/podclock/podclock/lifecycle/inventory"
)

// Loop returns the times at which a kubelet relists all its pods. Relist returns the first
// one at or after t or, if after is true, strictly after t (T3).
type Loop interface {
	Relist(t time.Time, after bool) time.Time
}

// Generator is the state of a PLEG. The zero Generator has seen nothing. Only its methods
// change it. Its fields are exported so that it can be saved.
type Generator struct {
	Seen     []Item              `json:"seen,omitempty"`     // what the last relist saw
	Snapshot *inventory.Snapshot `json:"snapshot,omitempty"` // the cache; nil before anything was seen
	Observed time.Time           `json:"observed,omitzero"`  // when the pod was last relisted on demand

	// RelistAt is the next relist that has something to see. If zero, there is none.
	RelistAt  time.Time `json:"relistAt,omitzero"`
	TouchedAt time.Time `json:"touchedAt,omitzero"` // the first change that this relist will see
	// OnDemandAt is the next relist of this pod alone. If zero, there is none.
	OnDemandAt time.Time `json:"onDemandAt,omitzero"`
	Requested  time.Time `json:"requested,omitzero"` // when OnDemandAt was asked for
	Relisted   time.Time `json:"relisted,omitzero"`  // the latest relist that is known
}

// Clone returns an independent copy. It shares the snapshot, which is never changed.
func (g *Generator) Clone() Generator {
	c := *g
	c.Seen = append([]Item(nil), g.Seen...)
	return c
}

// Written returns a copy to be saved, which shares nothing.
func (g *Generator) Written() Generator {
	c := g.Clone()
	c.Snapshot = g.Snapshot.Clone()
	return c
}

// Cached returns the cached snapshot. Before the first relist it is empty. It must not be
// modified.
func (g *Generator) Cached() *inventory.Snapshot {
	if g.Snapshot == nil {
		return &inventory.Snapshot{}
	}
	return g.Snapshot
}

// Touch records that the runtime has changed, so that the next relist has something to see.
func (g *Generator) Touch(now time.Time, loop Loop) {
	if g.RelistAt.IsZero() {
		g.TouchedAt = now
		g.RelistAt = loop.Relist(now, g.Relisted.Equal(now))
	}
}

// RequestRelist asks for a relist of this pod alone after a delay (T4, R37).
func (g *Generator) RequestRelist(now time.Time, delay time.Duration) {
	if g.OnDemandAt.IsZero() {
		g.Requested, g.OnDemandAt = now, now.Add(delay)
	}
}

// TakeOnDemand ends the wait for a relist of this pod alone. It reports whether that relist
// is still needed. It is not if all pods were relisted since it was asked for.
func (g *Generator) TakeOnDemand(now time.Time, loop Loop) bool {
	g.OnDemandAt = time.Time{}
	overtaken := !g.Relisted.Before(g.Requested) || !loop.Relist(g.Requested, true).After(now)
	if !overtaken {
		g.Observed = now
	}
	return !overtaken
}

// Relist compares the runtime with what was seen last, and returns the changes (T20, T23).
// If there are any, the cache gets a new snapshot.
func (g *Generator) Relist(now time.Time, truth *inventory.Truth, hostNetwork bool) []Item {
	g.Relisted, g.RelistAt = now, time.Time{}
	current := list(truth)
	changes := compare(g.Seen, current)
	if len(changes) == 0 {
		return nil
	}
	g.Seen = current
	snapshot := g.Inspect(truth, hostNetwork)
	g.Snapshot = &snapshot
	return changes
}

// Inspect returns the runtime's present state. If no sandbox is ready, the addresses of the
// pod are the previous ones.
func (g *Generator) Inspect(truth *inventory.Truth, hostNetwork bool) inventory.Snapshot {
	s := truth.Snapshot()
	if sandbox := s.ActiveSandbox(); sandbox != nil && sandbox.IP != "" && !hostNetwork {
		s.IPs = []string{sandbox.IP}
	} else if sandbox == nil && g.Snapshot != nil {
		s.IPs = g.Snapshot.IPs
	}
	return s
}

// NewerThan looks for a cache that is newer than the end of the last sync, for which a sync
// must wait (T12). If there is none yet, wait is when there will be one. A relist that had
// nothing to see is not played. If relist is true, one has passed that now has something to
// see, and must be played now.
func (g *Generator) NewerThan(last, now time.Time, loop Loop) (wait time.Time, relist bool) {
	if g.Observed.After(last) {
		return time.Time{}, false
	}
	at := loop.Relist(last, true)
	if at.After(now) {
		return at, false
	}
	if g.Relisted.Before(at) {
		g.Relisted = at
		relist = !g.RelistAt.IsZero() && !g.TouchedAt.After(at) // it would have seen a change before it
	}
	return time.Time{}, relist
}
