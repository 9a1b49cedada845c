package execute

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/restart"
	"github.com/podclock/podclock/timeline"
)

// ensureImage makes sure that the container's image is present. It checks in the kubelet's
// order (I3).
func (r *Run) ensureImage(e *Env, i int) {
	c := &e.Pod.Containers[i]
	switch {
	case c.ImageErr != "":
		message := fmt.Sprintf("Failed to apply default image tag %q: couldn't parse image name %q: %s", c.Spec.Image,
			c.Spec.Image, c.ImageErr)
		e.Host.Event(i, corev1.EventTypeWarning, "InspectFailed", message)
		r.imageFailed(e, i, "InvalidImageName", message)
	case c.Spec.ImagePullPolicy == corev1.PullAlways:
		r.pull(e, i)
	default:
		r.Start.Step = StepInspect
		r.await(e.Host.InspectImage(i))
	}
}

// imageFailed ends a start whose image is not available (I4).
func (r *Run) imageFailed(e *Env, i int, reason, message string) {
	e.Host.Event(i, corev1.EventTypeWarning, "Failed", "Error: "+reason)
	r.startFailed(e, i, reason, message)
}

// imageInspected continues with the runtime's answer about the image.
func (r *Run) imageInspected(e *Env, i int) {
	c := &e.Pod.Containers[i]
	a := r.take()
	switch {
	case a.Err != "":
		message := fmt.Sprintf("Failed to inspect image %q: %s", "", a.Err) // the kubelet leaves the name out (I4)
		e.Host.Event(i, corev1.EventTypeWarning, "InspectFailed", message)
		r.imageFailed(e, i, "ImageInspectError", message)
	case a.Present:
		e.Host.Event(i, corev1.EventTypeNormal, "Pulled", presentMessage(c.Spec.Image, e.Config.SharesImages))
		r.create(e, i)
	case c.Spec.ImagePullPolicy == corev1.PullNever:
		message := fmt.Sprintf("Container image %q is not present with pull policy of Never", c.Image)
		e.Host.Event(i, corev1.EventTypeWarning, "ErrImageNeverPull", message)
		r.imageFailed(e, i, "ErrImageNeverPull", message)
	default:
		r.pull(e, i)
	}
}

// presentMessage returns the text for an image that needs no pull (I5).
func presentMessage(image string, shared bool) string {
	m := fmt.Sprintf("Container image %q already present on machine", image)
	if !shared {
		m += " and can be accessed by the pod"
	}
	return m
}

// pull asks for the image. While the back-off after a failed pull lasts, it refuses (I6).
func (r *Run) pull(e *Env, i int) {
	c := &e.Pod.Containers[i]
	b := &e.Starts.Images[c.ImageKey].Backoff
	if last, ok := b.Expires(e.Pod.PullLimits); ok && e.Now.After(last) {
		*b = restart.Backoff{}
	}
	if refusal, refused := b.CheckPull(e.Now, e.Pod.PullLimits); refused {
		r.refusePull(e, i, refusal)
		return
	}
	e.Host.Event(i, corev1.EventTypeNormal, "Pulling", fmt.Sprintf("Pulling image %q", c.Spec.Image)) // I11
	r.Start.Step = StepPull
	r.await(e.Host.PullImage(i))
}

func (r *Run) refusePull(e *Env, i int, refusal restart.Refusal) {
	c := &e.Pod.Containers[i]
	message := fmt.Sprintf("Back-off pulling image %q", c.Spec.Image)
	e.Host.Event(i, corev1.EventTypeNormal, "BackOff", message)
	e.Host.Explain(i, timeline.DecidedRefusal, refused("image pull refused", refusal, e.Now))
	if last := e.Starts.Images[c.ImageKey].Failure; last != "" {
		message += ": " + last
	}
	r.imageFailed(e, i, "ImagePullBackOff", message)
}

// imagePulled continues after a pull.
func (r *Run) imagePulled(e *Env, i int) {
	image := e.Pod.Containers[i].Spec.Image
	memory := &e.Starts.Images[e.Pod.Containers[i].ImageKey]
	a := r.take()
	if a.Err == "" { // a success does not clear the back-off entry (I7)
		e.Host.Event(i, corev1.EventTypeNormal, "Pulled", a.pulledMessage(image))
		memory.Failure = ""
		r.create(e, i)
		return
	}
	e.Host.Event(i, corev1.EventTypeWarning, "Failed", fmt.Sprintf("Failed to pull image %q: %s", image, a.Err))
	memory.Backoff.PullFailed(e.Now, e.Pod.PullLimits)
	reason, message := pullFailure(image, a.Err)
	memory.Failure = reason + ": " + message
	r.imageFailed(e, i, reason, message)
}

func (a *Answer) pulledMessage(image string) string {
	total := max(a.Took, a.TookInLine)
	return fmt.Sprintf("Successfully pulled image %q in %v (%v including waiting). Image size: %d bytes.",
		image, a.Took.Truncate(time.Millisecond), total.Truncate(time.Millisecond), a.Size)
}

// pullFailure returns the waiting reason and message for the runtime's error, whose first
// word is its kind (I4).
func pullFailure(image, err string) (reason, message string) {
	if rest, ok := strings.CutPrefix(err, "RegistryUnavailable"); ok {
		return "RegistryUnavailable", fmt.Sprintf("image pull failed for %s because the registry is unavailable%s", image,
			rest)
	}
	if rest, ok := strings.CutPrefix(err, "SignatureValidationFailed"); ok {
		return "SignatureValidationFailed", fmt.Sprintf("image pull failed for %s because the signature validation failed%s",
			image, rest)
	}
	return "ErrImagePull", err
}
