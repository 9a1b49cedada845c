package execute

import corev1 "k8s.io/api/core/v1"

// ReasonSandboxStatus is the reason of the event if a new sandbox's status cannot be read.
const ReasonSandboxStatus = "FailedPodSandBoxStatus"

// runSandbox makes the sandbox of the plan, if the plan has one.
func (r *Run) runSandbox(e *Env) {
	if !r.Plan.CreateSandbox {
		r.beginStarts()
		if d := e.KillsTime; d > 0 && len(r.Plan.Kill) > 0 {
			r.Wait(e.Now.Add(d))
		}
		return
	}
	a := r.take()
	switch {
	case a == nil:
		r.Result.Acted = true
		r.await(e.Host.RunSandbox(r.Plan.Attempt))
	case !a.Ran:
		r.sandboxFailed(e, a.Err)
	case a.Err != "":
		e.Host.Event(NoContainer, corev1.EventTypeWarning, ReasonSandboxStatus, "Unable to get pod sandbox status: "+a.Err)
		r.Fail()
	default:
		e.Host.SandboxReady() // PodReadyToStartContainers becomes True before images are pulled (S5)
		r.beginStarts()
	}
}

// sandboxFailed ends the sync (S4). It is no error if the end of the pod was decided in the
// meantime.
func (r *Run) sandboxFailed(e *Env, err string) {
	if e.Ending {
		r.End()
		return
	}
	e.Host.Event(NoContainer, corev1.EventTypeWarning, "FailedCreatePodSandBox", "Failed to create pod sandbox: "+err)
	r.Fail()
}

func (r *Run) beginStarts() { r.Stage, r.Next = StageStart, 0 }
