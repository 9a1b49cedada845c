package probe

import "time"

// View is what a pass reads from the status cache and the pod (P45 to P55). The zero View is
// that of a pod without a status.
type View struct {
	// Known says that the pod has a status (P45).
	Known bool
	// Finished says that the pod's phase is Succeeded or Failed (P46).
	Finished bool
	// Instance is the number of the container instance in the status. If 0, there is none
	// (P47). The owner chooses the numbers. No two instances may have the same.
	Instance uint64
	// Running and Terminated are the container's state. If both are false, it is waiting.
	Running, Terminated bool
	// StartedAt is the start of a running instance as the status has it: truncated to the
	// whole second (P53, S66).
	StartedAt time.Time
	// Started is the started field of the container's status (P54).
	Started bool
	// MayRestart says that a terminated container would be restarted because of its exit code,
	// or that all containers are being restarted (P49).
	MayRestart bool
	// Deleting says that the pod had a deletion timestamp when the worker was created (P51).
	Deleting bool
	// Sidecar says that the container is an init container with restartPolicy Always (P55).
	Sidecar bool
	// Adopted says that the instance started more than 10 s before the kubelet (P55).
	Adopted bool
}

// Answer is the result of one attempt of a handler.
type Answer struct {
	Outcome Outcome
	Output  string
	// Err is the reason why the attempt could not find an answer. If not empty, the pass tries
	// again, three times at most, and then discards the error (P66).
	Err string
	// Until is a promise: any attempt of this probe that begins before it, while this
	// container instance runs, gets exactly this answer at once. A worker with a promise does
	// not ask. If the owner's View shows the end of a container only later, the owner must
	// call Break at the end. If zero, there is no promise.
	Until time.Time
}
