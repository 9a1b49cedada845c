package lifecycle

import "github.com/podclock/podclock/restart"

// Config is what of a kubelet's configuration changes the life of a pod. The
// zero value is Kubernetes v1.36 as shipped, every quirk included.
type Config struct {
	// Restart holds the gates and the maximum of the crash-loop back-off (R15).
	Restart restart.Config
	// Gates that bear on nothing else; the zero value is their state in v1.36.
	Gates Gates
	// Without switches quirks off (T33).
	Without Quirk
	// Standalone says that there is no API server: nothing that the kubelet
	// reports comes back to it in the pod's own status.
	Standalone bool
	// Trusted says that the pod comes from somewhere that has validated it, with
	// rules that may be older or newer than these: it is defaulted only. Numbers
	// that no API server lets through then panic.
	Trusted bool
	// NoLogs says that the runtime writes no log files, from whose names restart
	// counts are recovered after RestartAllContainers (R12).
	NoLogs bool
	// UncancelledExec says that execs in the runtime go on when the kubelet
	// cancels them, which a CRI runtime's do not.
	UncancelledExec bool
	// HostIP is the node's address, for status.hostIP; empty: it has none.
	HostIP string
}

// Gates are feature gates of section J that are not restart's own. Each field
// names the departure from the default.
type Gates struct {
	// DisableOnDemandRelist turns PLEGOnDemandRelist off (F13): a started
	// container is seen by the next relist only.
	DisableOnDemandRelist bool
	// DisableReadyToStartCondition turns PodReadyToStartContainersCondition off (F11).
	DisableReadyToStartCondition bool
	// ResetOnKubeletRestart turns ChangeContainerStatusOnKubeletRestart on (F6):
	// containers are neither ready nor started until probed again.
	ResetOnKubeletRestart bool
	// DisableEnsureSecretPulledImages turns KubeletEnsureSecretPulledImages off
	// (F15); it shows in one message only (I5).
	DisableEnsureSecretPulledImages bool
}

// Quirk is a set of surprising rules that are real, and on unless switched off
// by [Config]. Those of the probe handlers (P98, P112, P117) are not here: the
// machine sees their answers only.
type Quirk uint16

// The quirks of T33.
const (
	QuirkP32 Quirk = 1 << iota // worker creation stops at the first that exists
	QuirkP36                   // liveness and startup of sidecars go on during termination
	QuirkP64                   // probe counts survive a restart
	QuirkP76                   // started is copied by name
	QuirkR25                   // a back-off entry may vanish while it is waited for
	QuirkR26                   // the snapshot of a kill is from before the kill
	QuirkR41                   // OnFailure: exit 0 after a refused probe restart ends it
	QuirkS11                   // a pod may count as not initialized again
	QuirkS14                   // the last container's probe kill becomes a pod kill
	QuirkS71                   // a shortened grace period does not hurry a kill
	QuirkC43                   // a preStop hook is waited for though the process is gone
)

func (t *Template) has(q Quirk) bool { return t.cfg.Without&q == 0 }
