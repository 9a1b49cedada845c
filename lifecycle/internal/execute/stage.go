package execute

import "github.com/podclock/podclock/internal/wire"

// Stage is where a sync is in its execution.
type Stage uint8

// The stages, in the order of a sync. The owner of the Run plays StageSnapshot, StageStatus
// and StageEnd.
const (
	StageSnapshot   Stage = iota + 1 // waiting for a snapshot that is newer than the last sync (T12)
	StageStatus                      // building and storing the status, and making a plan (T22)
	StagePlan                        // beginning to carry out the plan
	StageKillPod                     // stopping all containers
	StageSandboxes                   // stopping the sandboxes, one after another
	StagePurge                       // removing the instances of init containers (S2)
	StageKill                        // stopping single containers, one after another (R40)
	StageReset                       // removing instances for RestartAllContainers (R10)
	StagePrune                       // removing superfluous dead instances of init containers (S12)
	StageRunSandbox                  // making a sandbox
	StageStart                       // starting containers, one after another
	StageEnd                         // nothing is left to do except to plan the next sync
)

var stageNames = [...]string{
	0: "none", StageSnapshot: "snapshot", StageStatus: "status", StagePlan: "plan", StageKillPod: "kill pod",
	StageSandboxes: "sandboxes", StagePurge: "purge", StageKill: "kill", StageReset: "reset", StagePrune: "prune",
	StageRunSandbox: "run sandbox", StageStart: "start", StageEnd: "end",
}

// String returns the name of the stage.
func (s Stage) String() string { return stageNames[s] }

// MarshalText implements [encoding.TextMarshaler].
func (s Stage) MarshalText() ([]byte, error) { return wire.Name(s, StageEnd) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Stage) UnmarshalText(b []byte) error { return wire.Parse(b, s, StageEnd) }

// Step is where a container is in its start (C30).
type Step uint8

// The steps, in their order.
const (
	StepCheck    Step = iota // checking the crash-loop back-off (R20)
	StepInspect              // waiting for the runtime's answer about the image
	StepPull                 // waiting for the pull
	StepCreate               // waiting for the create call
	StepRun                  // waiting for the start call
	StepHook                 // waiting for the postStart hook (C32)
	StepHookKill             // killing the container after a failed hook (C33)
)

var stepNames = [...]string{
	StepCheck: "check", StepInspect: "inspect", StepPull: "pull", StepCreate: "create", StepRun: "start",
	StepHook: "postStart", StepHookKill: "kill after postStart",
}

// String returns the name of the step.
func (s Step) String() string { return stepNames[s] }

// MarshalText implements [encoding.TextMarshaler].
func (s Step) MarshalText() ([]byte, error) { return wire.Name(s, StepHookKill) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Step) UnmarshalText(b []byte) error { return wire.Parse(b, s, StepHookKill) }
