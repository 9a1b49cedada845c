package lifecycle

import (
	"time"

	"github.com/podclock/podclock/lifecycle/internal/execute"
	"github.com/podclock/podclock/lifecycle/internal/gc"
	"github.com/podclock/podclock/lifecycle/internal/kill"
	"github.com/podclock/podclock/lifecycle/internal/pleg"
	"github.com/podclock/podclock/lifecycle/internal/status"
	"github.com/podclock/podclock/lifecycle/inventory"
)

// kubelet is a kubelet with one pod, at one instant: it wires the parts, which
// know nothing of each other, and takes them from sync to sync. Whatever it
// wants goes into the outbox; nothing in it calls the door.
type kubelet struct {
	t      *Template
	id     Identity
	timing *Timing
	now    time.Time
	out    outbox

	truth  inventory.Truth // what the runtime really has: no rule looks at it but where it says so
	object object          // the pod object in the API, seen and not yet seen

	// What one process remembers: a new one begins without it.
	start        time.Time // of the process; zero: long before the pod
	pleg         pleg.Generator
	worker       podWorker
	pass         pass
	starts       execute.Starts
	kills        kill.Group
	garbage      gc.Collector
	probes       probers
	cache        status.Cache
	evicted      *Eviction
	noNetwork    string    // why the network is not ready; empty: it is
	nextTemplate *Template // the changed pod object, for the next pass

	// A tick that changes nothing looks at the probe workers and at these alone.
	busy      bool      // something beside the probe workers may be due
	idleUntil time.Time // if not, when something next is; zero: not before an event
}

// newKubelet returns a kubelet that learns of a pod at now. Its first sync is due
// at once.
func newKubelet(t *Template, id Identity, timing *Timing, now time.Time) kubelet {
	k := kubelet{
		t: t, id: id, timing: timing, now: now, busy: true,
		starts: execute.NewStarts(t.spec), probes: newProbers(t, timing), cache: status.NewCache(t.spec),
	}
	k.requestSync()
	return k
}

// clone returns an independent copy, which shares template and timing.
func (k *kubelet) clone() kubelet {
	c := *k
	c.out = k.out.clone()
	c.truth = k.truth.Clone()
	c.object = k.object.clone()
	c.pleg = k.pleg.Clone()
	c.pass = k.pass.clone()
	c.starts = k.starts.Clone()
	c.kills = k.kills.Clone()
	c.garbage = k.garbage.Clone()
	c.probes = k.probes.clone()
	c.cache = k.cache.Clone()
	return c
}

// becomeIdle notes until when nothing but the probe workers has anything to do.
func (k *kubelet) becomeIdle() {
	var d deadline
	d.add(k.pleg.RelistAt)
	d.add(k.pleg.OnDemandAt)
	d.add(k.worker.LookAt)
	d.add(k.worker.OrphanAt)
	d.add(k.worker.ExceededAt)
	d.add(k.garbage.CollectAt)
	d.add(k.garbage.HeldUntil)
	d.add(k.object.missed.EvictAt)
	d.add(k.pass.WakeAt)
	d.add(k.kills.Deadline())
	k.busy, k.idleUntil = false, d.at
}
