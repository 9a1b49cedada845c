package restart

import (
	"fmt"
	"time"
)

const (
	// ReasonCrashLoopBackOff is the waiting reason of a container whose start was refused
	// (R27).
	ReasonCrashLoopBackOff = "CrashLoopBackOff"
	// EventReasonBackOff is the reason of the Warning event of a refused start (R27).
	EventReasonBackOff = "BackOff"
)

// Refusal says that the back-off refuses a start or a pull (R28). It makes its texts only
// when they are asked for.
type Refusal struct {
	Delay time.Duration // the whole delay, not what remains of it
	Until time.Time     // the end of the back-off, at which a start is allowed
}

// Left returns how long the back-off still lasts at now. It is never negative.
func (r Refusal) Left(now time.Time) time.Duration {
	return max(0, r.Until.Sub(now))
}

// WaitingMessage returns the message of the container's waiting state (R27). pod must have
// the form NAME_NAMESPACE(UID).
func (r Refusal) WaitingMessage(container, pod string) string {
	return fmt.Sprintf("back-off %v restarting failed container=%s pod=%s", r.Delay, container, pod)
}

// EventMessage returns the message of the event of a refused start (R27). pod must have the
// form NAME_NAMESPACE(UID).
func (r Refusal) EventMessage(container, pod string) string {
	return fmt.Sprintf("Back-off restarting failed container %s in pod %s", container, pod)
}
