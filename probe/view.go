package probe

import "time"

// View is what a pass reads from the status cache and the pod (P45 to P55).
// The zero View is a pod without a status.
type View struct {
	// Known: the pod has a status (P45).
	Known bool
	// Finished: the pod's phase is Succeeded or Failed (P46).
	Finished bool
	// Instance is the container instance that the status shows; 0: none (P47).
	// The numbers are the owner's; two instances never share one.
	Instance uint64
	// Running and Terminated tell the container's state; neither: waiting.
	Running, Terminated bool
	// StartedAt is when a running instance started, as stored: cut to the
	// whole second (P53, S66).
	StartedAt time.Time
	// Started is the started field of the container's status (P54).
	Started bool
	// MayRestart: the terminated container would be restarted for its exit
	// code, or all containers are being restarted (P49).
	MayRestart bool
	// Deleting: the pod had a deletion timestamp when the worker was made (P51).
	Deleting bool
	// Sidecar: the container is an init container that restarts always (P55).
	Sidecar bool
	// Adopted: the instance started more than 10 s before the kubelet (P55).
	Adopted bool
}

// Answer is the end of one attempt of a handler.
type Answer struct {
	Outcome Outcome
	Output  string
	// Err, if not empty, says why the attempt could not tell: it is tried
	// again, and thrown away after the third time (P66).
	Err string
	// Until is a promise: any attempt of this probe that starts before it, while
	// this container instance runs, ends at once with this very answer. A worker
	// that holds a promise stops asking. An owner whose View shows a stop with a
	// delay calls Break at the stop. Zero: no promise.
	Until time.Time
}
