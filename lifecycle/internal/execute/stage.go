package execute

import "github.com/podclock/podclock/internal/wire"

// Stage is where a sync stands.
type Stage uint8

// The stages, in the order of a sync. Those before StagePlan, and the end, are
// its owner's.
const (
	StageSnapshot   Stage = iota + 1 // it waits for a snapshot newer than the last sync (T12)
	StageStatus                      // the status is built and stored, and a plan is made (T22)
	StagePlan                        // the plan is carried out
	StageKillPod                     // all containers are being stopped
	StageSandboxes                   // sandboxes are stopped, one after another
	StagePurge                       // init container instances are removed (S2)
	StageKill                        // single containers are stopped, one after another (R40)
	StageReset                       // instances are removed for RestartAllContainers (R10)
	StagePrune                       // superfluous dead init instances are removed (S12)
	StageRunSandbox                  // a sandbox is made
	StageStart                       // containers are started, one after another
	StageEnd                         // nothing is left to do but to plan the next sync
)

var stageNames = [...]string{
	0: "none", StageSnapshot: "snapshot", StageStatus: "status", StagePlan: "plan", StageKillPod: "kill pod",
	StageSandboxes: "sandboxes", StagePurge: "purge", StageKill: "kill", StageReset: "reset", StagePrune: "prune",
	StageRunSandbox: "run sandbox", StageStart: "start", StageEnd: "end",
}

// String names the stage.
func (s Stage) String() string { return stageNames[s] }

// MarshalText implements [encoding.TextMarshaler].
func (s Stage) MarshalText() ([]byte, error) { return wire.Name(s, StageEnd) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Stage) UnmarshalText(b []byte) error { return wire.Parse(b, s, StageEnd) }

// Step is where the start of one container stands (C30).
type Step uint8

// The steps, in their order.
const (
	StepCheck    Step = iota // crash-loop back-off (R20)
	StepInspect              // waits for the runtime's word on the image
	StepPull                 // waits for the pull
	StepCreate               // waits for the create call
	StepRun                  // waits for the start call
	StepHook                 // waits for the postStart hook (C32)
	StepHookKill             // the container is killed after a failed hook (C33)
)

var stepNames = [...]string{
	StepCheck: "check", StepInspect: "inspect", StepPull: "pull", StepCreate: "create", StepRun: "start",
	StepHook: "postStart", StepHookKill: "kill after postStart",
}

// String names the step.
func (s Step) String() string { return stepNames[s] }

// MarshalText implements [encoding.TextMarshaler].
func (s Step) MarshalText() ([]byte, error) { return wire.Name(s, StepHookKill) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Step) UnmarshalText(b []byte) error { return wire.Parse(b, s, StepHookKill) }
