package podclock

import (
	"math/rand/v2"

	"github.com/podclock/podclock/lifecycle"
)

// Timing makes the kubelet's timing for a simulation from its seeded source.
type Timing func(*rand.Rand) *lifecycle.Timing

// KubeletTiming is the timing of a real kubelet: its relists, its one-second
// loop, its jitter (T31).
func KubeletTiming(r *rand.Rand) *lifecycle.Timing { return lifecycle.KubeletTiming(r) }

// FixedTiming is a timing that owes nothing to the seed. Simulations with it
// can be cloned only if its Chance remembers nothing.
func FixedTiming(t *lifecycle.Timing) Timing {
	return func(*rand.Rand) *lifecycle.Timing { return t }
}
