package lifecycle

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/podclock/podclock/podphase"
)

// View says whose status of a pod is shown.
type View uint8

// The views.
const (
	// APIView is what whoever watches the API server sees: the status as the kubelet
	// has sent it, and what others have written over it (S25, S53, S62, S83). It is
	// what kubectl shows.
	APIView View = iota
	// KubeletView is the kubelet's own cache. It can be ahead: the phase of a pod that
	// is ending is terminal there while its containers still run.
	KubeletView
)

var viewNames = [...]string{APIView: "api", KubeletView: "kubelet"}

// String returns the view's name, "api" or "kubelet".
func (v View) String() string { return viewNames[v] }

// of returns the status of the view.
func (v View) of(cached, reported *corev1.PodStatus) *corev1.PodStatus {
	if v == KubeletView {
		return cached
	}
	return reported
}

// Columns returns kubectl's columns at now for the status of a view.
func (p *Pod) Columns(now time.Time, v View) podphase.Row {
	return p.object.row(p.t.spec, &p.cache, v.of(p.cache.Status, p.cache.Reported), now)
}
