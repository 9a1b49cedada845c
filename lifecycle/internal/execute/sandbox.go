package execute

import corev1 "k8s.io/api/core/v1"

// ReasonSandboxStatus is the event of a sandbox whose status could not be read
// after it was made.
const ReasonSandboxStatus = "FailedPodSandBoxStatus"

// runSandbox makes the sandbox that the plan wants.
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
		e.Host.SandboxReady() // S5
		r.beginStarts()
	}
}

// sandboxFailed ends the sync (S4). For a pod whose end was decided meanwhile it
// is no error.
func (r *Run) sandboxFailed(e *Env, err string) {
	if e.Ending {
		r.End()
		return
	}
	e.Host.Event(NoContainer, corev1.EventTypeWarning, "FailedCreatePodSandBox", "Failed to create pod sandbox: "+err)
	r.Fail()
}

func (r *Run) beginStarts() { r.Stage, r.Next = StageStart, 0 }
