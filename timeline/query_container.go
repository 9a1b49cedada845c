package timeline

import "time"

// Container has one container's part of a pod's timeline. The zero Container has no records.
type Container struct {
	pod  Pod
	name string
}

// Kill is a decision to kill a container or the whole pod.
type Kill struct {
	At time.Duration
	// Container is the name of the container. If empty, the whole pod is killed.
	Container string
	// Why is the reason as text, such as "liveness: failure 3 of 3".
	Why string
}

func (p Pod) kills(container string) []Kill {
	var kills []Kill
	for r := range p.of(Decision) {
		if r.decided(DecidedKill) && (container == "" || r.Container == "" || r.Container == container) {
			kills = append(kills, Kill{At: p.since(r.At), Container: r.Container, Why: r.Message})
		}
	}
	return kills
}

// Kills returns all decisions to kill the container or the whole pod.
func (c Container) Kills() []Kill { return c.pod.kills(c.name) }

// EverKilled reports whether there was a decision to kill the container or the whole pod.
func (c Container) EverKilled() bool { return len(c.Kills()) > 0 }

// FirstReady returns the time at which the container was first ready. It returns false if it
// never was.
func (c Container) FirstReady() (time.Duration, bool) { return c.pod.first(c.ready) }

// TimeReady returns how long the container was ready in total.
func (c Container) TimeReady() time.Duration { return c.pod.total(c.ready) }

func (c Container) ready(s *State) bool {
	state, _ := s.container(c.name)
	return state.Ready
}

// Restarts returns the container's restart count at the end of the timeline.
func (c Container) Restarts() int {
	s := c.pod.last()
	state, _ := s.container(c.name)
	return int(state.Restarts)
}

// RestartsBetween returns how many restarts of the container were counted from one instant to
// another. Both instants are included.
func (c Container) RestartsBetween(from, to time.Duration) int {
	return c.restartsAt(to) - c.restartsAt(from-1)
}

// restartsAt returns the restart count as stored d after the start.
func (c Container) restartsAt(d time.Duration) int {
	s, _ := c.pod.StateAt(d)
	state, _ := s.container(c.name)
	return int(state.Restarts)
}

// Exit is the end of one run of a container. Run counts from 0.
type Exit struct {
	At       time.Duration
	Run      int
	ExitCode int32
	Reason   string
	Message  string
}

// Exits returns all ends of the container.
func (c Container) Exits() []Exit {
	var exits []Exit
	for r := range c.pod.of(Exited) {
		if r.Container == c.name {
			exits = append(exits, Exit{c.pod.since(r.At), r.Run, r.ExitCode, r.Reason, r.Message})
		}
	}
	return exits
}

// Starts returns the times at which the container started, one for each of its runs.
func (c Container) Starts() []time.Duration {
	var starts []time.Duration
	for r := range c.pod.of(Started) {
		if r.Container == c.name {
			starts = append(starts, c.pod.since(r.At))
		}
	}
	return starts
}

// Detection is a trouble of the app and the kubelet's reaction to it.
type Detection struct {
	// Trouble is when the app began to hang or to fail its probes. Kill is when the kubelet
	// decided to kill the container because of it.
	Trouble, Kill time.Duration
	// Found says that there was a kill. It is false if the trouble or the run ended before.
	Found bool
	Why   string
}

// After returns the time from the trouble to the kill.
func (d Detection) After() time.Duration { return d.Kill - d.Trouble }

// These are the Reasons of Fact records about an app.
const (
	Trouble  = "Trouble"  // the app begins to hang or to fail its probes
	Recovery = "Recovery" // the app works well again
)

// Detections returns every trouble of the container, with the kill that followed. A trouble
// is a Fact whose Reason is [Trouble]. One that begins during another trouble does not
// count.
func (c Container) Detections() []Detection {
	var found []Detection
	open := false
	for r := range c.pod.of(Fact, Decision, Exited, Lost) {
		if r.Container != c.name {
			continue
		}
		switch {
		case r.Kind == Fact && r.Reason == Trouble && !open:
			found = append(found, Detection{Trouble: c.pod.since(r.At)})
			open = true
		case r.Kind == Fact && r.Reason == Recovery, r.Kind == Exited, r.Kind == Lost:
			open = false
		case r.decided(DecidedKill) && open:
			d := &found[len(found)-1]
			d.Kill, d.Found, d.Why = c.pod.since(r.At), true, r.Message
			open = false
		}
	}
	return found
}
