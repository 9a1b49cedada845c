package lifecycle

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/internal/wire"
)

// Wait is one thing that a pod or one of its containers waits for.
type Wait struct {
	Kind WaitKind
	// Container is the container that waits, or that the pod waits for. If empty, it
	// is the pod as a whole.
	Container string
	// For says what must come first, with the rule that says so.
	For string
	// Since is when the wait began. If zero, that is not known.
	Since time.Time
	// Until is when the wait is over at the latest. If zero, there is no limit.
	Until time.Time
}

// WaitKind classifies waits.
type WaitKind uint8

// The kinds of waits.
const (
	WaitHook     WaitKind = iota + 1 // a postStart or preStop hook is under way
	WaitRuntime                      // the container runtime has not answered yet
	WaitPull                         // an image is being pulled
	WaitStop                         // a container has its stop signal, or a sidecar its turn
	WaitBackoff                      // a start or a pull is refused until its back-off is over
	WaitRetry                        // a start has failed and is tried again with the next sync
	WaitInit                         // an init container runs, or a sidecar has not started up
	WaitProbe                        // a startup or readiness probe has not succeeded
	WaitGate                         // a readiness gate has no condition that is True
	WaitNode                         // the network, the node or the pod's name is not there
	WaitDeletion                     // for good: only a deletion changes anything
	numWaitKinds
)

var waitNames = [numWaitKinds]string{
	WaitHook: "hook", WaitRuntime: "runtime", WaitPull: "pull", WaitStop: "stop", WaitBackoff: "backoff",
	WaitRetry: "retry", WaitInit: "init", WaitProbe: "probe", WaitGate: "gate", WaitNode: "node", WaitDeletion: "deletion",
}

// String returns the kind in a word.
func (k WaitKind) String() string {
	if k > 0 && k < numWaitKinds {
		return waitNames[k]
	}
	return fmt.Sprintf("WaitKind(%d)", uint8(k))
}

// MarshalText implements [encoding.TextMarshaler]: the kind's String.
func (k WaitKind) MarshalText() ([]byte, error) { return wire.Name(k, numWaitKinds-1) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (k *WaitKind) UnmarshalText(b []byte) error { return wire.Parse(b, k, numWaitKinds-1) }

// Same reports whether another Wait is this one, seen at another time.
func (w *Wait) Same(o Wait) bool {
	return w.Kind == o.Kind && w.Container == o.Container && w.For == o.For && w.Since.Equal(o.Since)
}

// Text returns what is waited for, for how long so far, and how long at most, as seen
// at now.
func (w *Wait) Text(now time.Time) string {
	text := w.For
	if so := now.Sub(w.Since); !w.Since.IsZero() && so > 0 {
		text += fmt.Sprintf(", for %v so far", so.Round(time.Millisecond))
	}
	switch {
	case !w.Until.IsZero():
		return text + fmt.Sprintf(", %v more at most", max(w.Until.Sub(now), 0).Round(time.Millisecond))
	case w.Kind == WaitRetry, w.Kind == WaitDeletion: // the words say it
		return text
	}
	return text + ", without limit"
}
