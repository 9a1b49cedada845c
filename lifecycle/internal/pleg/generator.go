package pleg

import (
	"time"

	"github.com/podclock/podclock/lifecycle/inventory"
)

// Loop gives the instants at which a kubelet relists all its pods: the first one
// at or after t; with after, strictly after t (T3).
type Loop interface {
	Relist(t time.Time, after bool) time.Time
}

// Generator is the state of a PLEG. The zero Generator has seen nothing. Only its
// methods change it; the fields are exported for its written form.
type Generator struct {
	Seen     []Item              `json:"seen,omitempty"`     // what the last relist saw
	Snapshot *inventory.Snapshot `json:"snapshot,omitempty"` // the cache; nil before anything was seen
	Observed time.Time           `json:"observed,omitzero"`  // when the pod was last relisted on demand

	// RelistAt is the next relist that has something to see; zero: there is none.
	RelistAt  time.Time `json:"relistAt,omitzero"`
	TouchedAt time.Time `json:"touchedAt,omitzero"` // when the first change was made that it will see
	// OnDemandAt is when the pod is to be relisted by itself; zero: it is not.
	OnDemandAt time.Time `json:"onDemandAt,omitzero"`
	Requested  time.Time `json:"requested,omitzero"` // when OnDemandAt was asked for
	Relisted   time.Time `json:"relisted,omitzero"`  // the latest relist that is known to have been
}

// Clone returns an independent copy. Snapshots are never changed, so it shares
// them.
func (g *Generator) Clone() Generator {
	c := *g
	c.Seen = append([]Item(nil), g.Seen...)
	return c
}

// Written returns a copy for a written form, which shares nothing.
func (g *Generator) Written() Generator {
	c := g.Clone()
	c.Snapshot = g.Snapshot.Clone()
	return c
}

// Cached returns the cached snapshot, which is empty before the first relist. It
// must not be modified.
func (g *Generator) Cached() *inventory.Snapshot {
	if g.Snapshot == nil {
		return &inventory.Snapshot{}
	}
	return g.Snapshot
}

// Touch notes that the runtime has changed, so that the next relist sees it.
func (g *Generator) Touch(now time.Time, loop Loop) {
	if g.RelistAt.IsZero() {
		g.TouchedAt = now
		g.RelistAt = loop.Relist(now, g.Relisted.Equal(now))
	}
}

// RequestRelist asks for a relist of this pod after a delay (T4, R37).
func (g *Generator) RequestRelist(now time.Time, delay time.Duration) {
	if g.OnDemandAt.IsZero() {
		g.Requested, g.OnDemandAt = now, now.Add(delay)
	}
}

// TakeOnDemand ends the wait for a relist of this pod, and reports whether it is
// to be done: not if one of all pods has come since it was asked for.
func (g *Generator) TakeOnDemand(now time.Time, loop Loop) bool {
	g.OnDemandAt = time.Time{}
	overtaken := !g.Relisted.Before(g.Requested) || !loop.Relist(g.Requested, true).After(now)
	if !overtaken {
		g.Observed = now
	}
	return !overtaken
}

// Relist compares the runtime with what was seen last, and returns what changed
// (T20, T23). If anything did, the cache has a new snapshot.
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

// Inspect reads the runtime's present state. The addresses of a pod without a
// ready sandbox are those it had.
func (g *Generator) Inspect(truth *inventory.Truth, hostNetwork bool) inventory.Snapshot {
	s := truth.Snapshot()
	if sandbox := s.ActiveSandbox(); sandbox != nil && sandbox.IP != "" && !hostNetwork {
		s.IPs = []string{sandbox.IP}
	} else if sandbox == nil && g.Snapshot != nil {
		s.IPs = g.Snapshot.IPs
	}
	return s
}

// NewerThan looks for a cache that is newer than the end of the last sync, which
// is what a sync waits for (T12). If there is none yet, it returns when there will
// be. A relist that has passed unnoticed, because it had nothing to see when it
// was looked for, is to be made up for if relist is true.
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
		relist = !g.RelistAt.IsZero() && !g.TouchedAt.After(at) // it has seen what changed before it
	}
	return time.Time{}, relist
}
