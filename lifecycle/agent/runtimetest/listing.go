package runtimetest

import (
	"fmt"
	"time"

	"github.com/podclock/podclock/lifecycle/agent"
)

// inventory is what List must return: one sandbox and one container, each nil
// if it must not be there.
type inventory struct {
	b         *bench
	begin     time.Time
	sandbox   *agent.SandboxStatus
	container *agent.ContainerStatus
	ip        string
	ran       bool // the container has run, and has the time of its start
}

// inventory makes a sandbox and a container, and expects List to show them.
func (b *bench) inventory(behaviour Behaviour) *inventory {
	b.t.Helper()
	b.made = 3 // attempts are then not zero
	i := &inventory{b: b, begin: time.Now()}
	i.listed("List at first")
	config := b.sandbox(behaviour)
	made := b.runSandbox(config)
	i.sandbox, i.ip = &agent.SandboxStatus{Sandbox: made, Pod: config.Pod, Attempt: config.Attempt, Ready: true}, made.IP
	i.listed("List after RunSandbox")
	spec := &config.Spec.Spec.Containers[0]
	i.container = &agent.ContainerStatus{
		Container: b.createIn(made, config), Sandbox: made.ID, Name: spec.Name, Attempt: config.Attempt,
		State: agent.StateCreated,
	}
	i.listed("List after CreateContainer")
	return i
}

// start starts the container.
func (i *inventory) start() {
	i.b.t.Helper()
	i.b.startContainer(i.container.ID, "of one that was created").succeeds(able, lookAtCall)
	i.container.State, i.ran = agent.StateRunning, true
}

// ended expects List to show the end of the container as its notice does.
func (i *inventory) ended(n agent.Notice) {
	c := i.container
	c.State, c.ExitCode, c.Reason = agent.StateExited, n.ExitCode, n.Reason
	c.Message, c.LogTail, c.RuntimeMessage = n.Message, n.LogTail, n.RuntimeMessage
}

// removed removes the sandbox, with its container if that is still there.
func (i *inventory) removed() {
	i.b.t.Helper()
	i.b.removeSandbox(i.sandbox.ID, "in which nothing runs").succeeds(able, lookAtCall)
	i.sandbox, i.container = nil, nil
	i.listed("List after RemoveSandbox")
}

// listed checks what List returns. A failure ends the check, because the next
// listing would have it again.
func (i *inventory) listed(did string) {
	i.b.t.Helper()
	have := i.b.list(did)
	i.number(did, "sandboxes", len(have.Sandboxes), i.sandbox != nil)
	i.number(did, "containers", len(have.Containers), i.container != nil)
	if i.sandbox != nil {
		s := &have.Sandboxes[0]
		if !s.Ready && s.IP == "" {
			s.IP = i.ip // the address was freed
		}
		i.same(did, "agent.SandboxStatus", differences(*s, *i.sandbox))
	}
	if i.container != nil {
		i.timesOf(did, &have.Containers[0])
		i.same(did, "agent.ContainerStatus", differences(have.Containers[0], *i.container))
	}
	if i.b.t.Failed() {
		i.b.t.FailNow()
	}
}

// number checks how many there are of a kind: one, or none.
func (i *inventory) number(did, kind string, have int, one bool) {
	i.b.t.Helper()
	want := 0
	if one {
		want = 1
	}
	if have != want {
		i.b.fatal(finding{
			did, fmt.Sprintf("%s: %d", kind, have),
			fmt.Sprintf("%s: %d. Each is listed from when the call that made it returns until the call that removes it returns "+
				"(agent.Inventory, rule 1)", kind, want),
			"what List leaves out, such as ended containers, and what a removal leaves behind",
		})
	}
}

// same fails the check for each field that is listed differently.
func (i *inventory) same(did, kind string, differ []difference) {
	i.b.t.Helper()
	for _, d := range differ {
		f := finding{
			did, fmt.Sprintf("%s.%s is %s", kind, d.field, d.have),
			fmt.Sprintf("%s, as it was made (agent.Inventory, rule 2)", d.want),
			"which fields of its configuration, and of the result of the call that made it, are kept for List",
		}
		switch d.field {
		case "Ready", "State":
			f.want = fmt.Sprintf("%s, as it is now (%s)", d.want, kind)
			f.look = "when the state is noted: it must be before the call that changes it returns, " +
				"and before the notice of an end"
		case "ExitCode", "Reason", "Message", "LogTail", "RuntimeMessage":
			f.want = fmt.Sprintf("%s, as in its notice, and zero before (agent.Inventory, rule 3)", d.want)
			f.look = "whether List and the notice of an end say the same"
		}
		i.b.report(f)
	}
}

// timesOf checks the times of a container, and clears them. They may be
// truncated to a second, as in a status.
func (i *inventory) timesOf(did string, c *agent.ContainerStatus) {
	i.b.t.Helper()
	exited := c.State == agent.StateExited
	const look = "a time that is not set or is of another clock, or the epoch where the zero time.Time is meant"
	if first := i.begin.Truncate(time.Second); i.ran == c.StartedAt.IsZero() || i.ran && c.StartedAt.Before(first) {
		want := "zero, because it never ran (agent.ContainerStatus)"
		if i.ran {
			want = fmt.Sprintf("the time of its start, not before %s (agent.ContainerStatus)", timeText(first))
		}
		i.b.report(finding{did, fmt.Sprintf("StartedAt is %s, and the container is %v", timeText(c.StartedAt), c.State), want,
			look})
	}
	if exited == c.FinishedAt.IsZero() || exited && c.FinishedAt.Before(c.StartedAt) {
		want := "zero, because it has not exited (agent.ContainerStatus)"
		if exited {
			want = fmt.Sprintf("the time of its end, not before StartedAt, which is %s (agent.ContainerStatus)",
				timeText(c.StartedAt))
		}
		i.b.report(finding{did, fmt.Sprintf("FinishedAt is %s, and the container is %v", timeText(c.FinishedAt), c.State),
			want, look})
	}
	c.StartedAt, c.FinishedAt = time.Time{}, time.Time{}
	if exited && !i.ran {
		c.ExitCode, c.Reason = 0, "" // there was no end
		c.Message, c.LogTail, c.RuntimeMessage = "", "", ""
	}
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return "zero"
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func listedExit(b *bench) {
	i := b.inventory(ExitWith3)
	i.start()
	i.ended(b.notice(i.container.ID, "started a container that exits with 3, and waited"))
	i.listed("List after the notice of an end")
	b.removeContainer(i.container.ID, "of one that has ended").succeeds(able, lookAtCall)
	i.container = nil
	i.listed("List after RemoveContainer")
	i.removed()
}

func listedStop(b *bench) {
	i := b.inventory(Forever)
	i.start()
	i.listed("List after StartContainer")
	c := b.stop(i.container.ID, patience, "of one that the stop signal ends")
	i.ended(b.told(i.container.ID, c))
	i.listed("List after StopContainer")
	i.removed()
}

func listedUnstarted(b *bench) {
	i := b.inventory(Forever)
	b.stop(i.container.ID, time.Second, "of one that was created and not started")
	i.container.State = agent.StateExited
	i.listed("List after StopContainer of a container that was not started")
	i.removed()
}

func listedCollapse(b *bench) {
	i := b.inventory(IgnoreStop)
	i.start()
	c := b.stopSandbox(i.sandbox.ID, "in which a container runs that ignores the stop signal")
	c.succeeds(able, lookAtCall)
	i.sandbox.Ready = false
	i.ended(b.told(i.container.ID, c))
	i.listed("List after StopSandbox")
	i.removed()
}
