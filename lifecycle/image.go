package lifecycle

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/restart"
	"github.com/podclock/podclock/timeline"
)

// ensureImage sees to the container's image, in the order of I3.
func (p *Pod) ensureImage(i int) {
	c := &p.t.spec.Containers[i]
	switch {
	case c.ImageErr != "":
		message := fmt.Sprintf("Failed to apply default image tag %q: couldn't parse image name %q: %s", c.Spec.Image,
			c.Spec.Image, c.ImageErr)
		p.out.emitEvent(i, corev1.EventTypeWarning, "InspectFailed", message)
		p.imageFailed(i, "InvalidImageName", message)
	case c.Spec.ImagePullPolicy == corev1.PullAlways:
		p.pull(i)
	default:
		p.pass.Start.Step = startInspect
		p.await(p.out.request(Action{Type: InspectImage, Container: i, Image: c.Image}))
	}
}

// imageFailed ends a start for want of the image (I4).
func (p *Pod) imageFailed(i int, reason, message string) {
	p.out.emitEvent(i, corev1.EventTypeWarning, "Failed", "Error: "+reason)
	p.startFailed(i, reason, message)
}

// imageInspected goes on with what the runtime says of the image.
func (p *Pod) imageInspected(i int) {
	c := &p.t.spec.Containers[i]
	ev := p.answered()
	switch {
	case ev.Err != "":
		message := fmt.Sprintf("Failed to inspect image %q: %s", "", ev.Err) // [quirk] of I4
		p.out.emitEvent(i, corev1.EventTypeWarning, "InspectFailed", message)
		p.imageFailed(i, "ImageInspectError", message)
	case ev.Present:
		p.out.emitEvent(i, corev1.EventTypeNormal, "Pulled", p.presentMessage(c.Spec.Image))
		p.create(i)
	case c.Spec.ImagePullPolicy == corev1.PullNever:
		message := fmt.Sprintf("Container image %q is not present with pull policy of Never", c.Image)
		p.out.emitEvent(i, corev1.EventTypeWarning, "ErrImageNeverPull", message)
		p.imageFailed(i, "ErrImageNeverPull", message)
	default:
		p.pull(i)
	}
}

// presentMessage is the text for an image that needs no pull (I5).
func (p *Pod) presentMessage(image string) string {
	m := fmt.Sprintf("Container image %q already present on machine", image)
	if !p.t.cfg.Gates.DisableEnsureSecretPulledImages {
		m += " and can be accessed by the pod"
	}
	return m
}

// pull asks for the image, unless its last failed pull was too short a time
// ago (I6).
func (p *Pod) pull(i int) {
	c := &p.t.spec.Containers[i]
	if last, ok := p.pullBackoff[c.ImageKey].Expires(p.t.spec.PullLimits); ok && p.now.After(last) {
		p.pullBackoff[c.ImageKey] = restart.Backoff{}
	}
	if r, refused := p.pullBackoff[c.ImageKey].CheckPull(p.now, p.t.spec.PullLimits); refused {
		p.refusePull(i, r)
		return
	}
	p.out.emitEvent(i, corev1.EventTypeNormal, "Pulling", fmt.Sprintf("Pulling image %q", c.Spec.Image)) // I11
	p.pass.Start.Step = startPull
	p.await(p.out.request(Action{Type: PullImage, Container: i, Image: c.Image}))
}

func (p *Pod) refusePull(i int, r restart.Refusal) {
	c := &p.t.spec.Containers[i]
	message := fmt.Sprintf("Back-off pulling image %q", c.Spec.Image)
	p.out.emitEvent(i, corev1.EventTypeNormal, "BackOff", message)
	p.out.explain(i, timeline.DecidedRefusal,
		fmt.Sprintf("image pull refused: back-off %v, %v left", r.Delay, r.Left(p.now).Round(time.Millisecond)))
	if last := p.pullFailure[c.ImageKey]; last != "" {
		message += ": " + last
	}
	p.imageFailed(i, "ImagePullBackOff", message)
}

// imagePulled goes on after a pull.
func (p *Pod) imagePulled(i int) {
	c := &p.t.spec.Containers[i]
	ev := p.answered()
	if ev.Err == "" { // I7: the back-off entry ages out
		p.out.emitEvent(i, corev1.EventTypeNormal, "Pulled", pulledMessage(c.Spec.Image, ev))
		p.pullFailure[c.ImageKey] = ""
		p.create(i)
		return
	}
	p.out.emitEvent(i, corev1.EventTypeWarning, "Failed", fmt.Sprintf("Failed to pull image %q: %s", c.Spec.Image, ev.Err))
	p.pullBackoff[c.ImageKey].PullFailed(p.now, p.t.spec.PullLimits)
	reason, message := pullFailure(c.Spec.Image, ev.Err)
	p.pullFailure[c.ImageKey] = reason + ": " + message
	p.imageFailed(i, reason, message)
}

func pulledMessage(image string, ev *Event) string {
	total := max(ev.Took, ev.TookInLine)
	return fmt.Sprintf("Successfully pulled image %q in %v (%v including waiting). Image size: %d bytes.",
		image, ev.Took.Truncate(time.Millisecond), total.Truncate(time.Millisecond), ev.Size)
}

// pullFailure classifies the runtime's error by the word that it starts with
// (I4).
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
