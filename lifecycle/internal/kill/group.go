package kill

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/podclock/podclock/lifecycle/internal/spec"
	"github.com/podclock/podclock/restart"
)

// Group has the kills that a pass waits for: of one container, or of all at once. The zero
// Group has none. Only its methods change it. Its fields are exported so that it can be
// saved.
type Group struct {
	Kills []Kill `json:"kills,omitempty"`
	// Ordered makes sidecars wait for the other containers (C46).
	Ordered bool `json:"ordered,omitempty"`
	// Abandoned has the preStop hooks that outlived their grace period. They go on, and their
	// failure is still recorded (C43, C44).
	Abandoned []Hook `json:"-"`
}

// Kill is the kill of one container.
type Kill struct {
	Container int       `json:"container"`
	Instance  uint64    `json:"instance"`
	Stage     Stage     `json:"stage"`
	Grace     int64     `json:"graceSeconds"`         // what is left of the grace period
	Since     time.Time `json:"since,omitzero"`       // the beginning of the present stage
	Until     time.Time `json:"until,omitzero"`       // when the stage is over by itself; zero if never
	Op        uint64    `json:"waitsForOp,omitempty"` // the request that it waits for
	Err       string    `json:"error,omitempty"`      // why the runtime could not stop it
}

// Hook is a hook under way. Op is the request that runs it.
type Hook struct {
	Op        uint64 `json:"op"`
	Container int    `json:"container"`
}

// Clone returns an independent copy.
func (g *Group) Clone() Group {
	return Group{append([]Kill(nil), g.Kills...), g.Ordered, append([]Hook(nil), g.Abandoned...)}
}

// Read restores the hooks, which are saved elsewhere.
func (g *Group) Read(abandoned []Hook) { g.Abandoned = abandoned }

// Begin empties the group for new kills.
func (g *Group) Begin(ordered bool) { g.Kills, g.Ordered = g.Kills[:0], ordered }

// Busy reports whether a kill is still under way.
func (g *Group) Busy() bool {
	return slices.ContainsFunc(g.Kills, func(k Kill) bool { return k.Stage < Done })
}

// Failed reports whether the runtime could not stop a container.
func (g *Group) Failed() bool {
	return slices.ContainsFunc(g.Kills, func(k Kill) bool { return k.Stage == Failed })
}

// Did reports whether the group has killed this instance.
func (g *Group) Did(instance uint64) bool {
	return slices.ContainsFunc(g.Kills, func(k Kill) bool { return k.Instance == instance && k.Stage == Done })
}

// Errors describes what has failed of a whole-pod kill: each container, in the order of the
// kills, and then the sandboxes, if sandboxErr is not empty (S75).
func (g *Group) Errors(p *spec.Pod, uid, sandboxErr string) string {
	var all []string
	for _, k := range g.Kills {
		if k.Stage == Failed {
			all = append(all, fmt.Sprintf("failed to %q for %q with KillContainerError: %q", "KillContainer",
				p.Name(k.Container), k.Err))
		}
	}
	if sandboxErr != "" {
		all = append(all, fmt.Sprintf("failed to %q for %q with KillPodSandboxError: %q", "KillPodSandbox", uid, sandboxErr))
	}
	if len(all) == 1 {
		return all[0]
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// Deadline returns the next time at which a stage is over by itself. If there is none, it
// returns the zero time.
func (g *Group) Deadline() time.Time {
	var least time.Time
	for i := range g.Kills {
		if at := g.Kills[i].Until; !at.IsZero() && (least.IsZero() || at.Before(least)) {
			least = at
		}
	}
	return least
}

// stopped reports whether a container is not being killed any more. A container that was not
// running counts as stopped (C46).
func (g *Group) stopped(container int) bool {
	return !slices.ContainsFunc(g.Kills, func(k Kill) bool { return k.Container == container && k.Stage != Done })
}

// turnCome reports whether a sidecar may be stopped: all regular containers and the next
// later sidecar have stopped (C46).
func (g *Group) turnCome(p *spec.Pod, container int) bool {
	for i := range p.Regular {
		if !g.stopped(i) {
			return false
		}
	}
	for i := container + 1; i < len(p.Containers); i++ {
		if p.Containers[i].Role == restart.Sidecar {
			return g.stopped(i)
		}
	}
	return true
}
