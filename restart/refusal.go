package restart

import (
	"fmt"
	"time"
)

const (
	// ReasonCrashLoopBackOff is the waiting reason of a container whose start was
	// refused (R27).
	ReasonCrashLoopBackOff = "CrashLoopBackOff"
	// EventReasonBackOff is the reason of the Warning event of a refused start (R27).
	EventReasonBackOff = "BackOff"
)

// Refusal is a start or pull refused by back-off (R28). It is data; its texts
// are built on demand.
type Refusal struct {
	Delay time.Duration // the whole back-off, not what is left of it
	Until time.Time     // when it is over: a start at this instant is let
}

// Left returns how long after now the back-off is over, at least 0.
func (r Refusal) Left(now time.Time) time.Duration {
	return max(0, r.Until.Sub(now))
}

// WaitingMessage is the message of the container's waiting state (R27). pod is
// in the form NAME_NAMESPACE(UID).
func (r Refusal) WaitingMessage(container, pod string) string {
	return fmt.Sprintf("back-off %v restarting failed container=%s pod=%s", r.Delay, container, pod)
}

// EventMessage is the message of the event of a refused start (R27). pod is in
// the form NAME_NAMESPACE(UID).
func (r Refusal) EventMessage(container, pod string) string {
	return fmt.Sprintf("Back-off restarting failed container %s in pod %s", container, pod)
}
