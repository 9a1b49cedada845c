package probe

import corev1 "k8s.io/api/core/v1"

// SetDefaults sets the unset fields of a probe, in place. The API server does the same
// before it validates. A number that is 0 counts as unset (P2).
func SetDefaults(p *corev1.Probe) {
	setDefault(&p.TimeoutSeconds, 1)
	setDefault(&p.PeriodSeconds, 10)
	setDefault(&p.SuccessThreshold, 1)
	setDefault(&p.FailureThreshold, 3)
	setHTTPGetDefaults(p.HTTPGet)
	if p.GRPC != nil && p.GRPC.Service == nil {
		p.GRPC.Service = new(string) // the API stores a pointer to "" (P5)
	}
}

// SetLifecycleDefaults sets the unset fields of a container's hooks, in place. Their httpGet
// has the same defaults as that of a probe (P7).
func SetLifecycleDefaults(l *corev1.Lifecycle) {
	for _, hook := range [...]*corev1.LifecycleHandler{l.PostStart, l.PreStop} {
		if hook != nil {
			setHTTPGetDefaults(hook.HTTPGet)
		}
	}
}

func setDefault(field *int32, value int32) {
	if *field == 0 {
		*field = value
	}
}

// setHTTPGetDefaults sets path and scheme (P3). It leaves an empty host, which is replaced
// by the pod's IP when the request is made.
func setHTTPGetDefaults(get *corev1.HTTPGetAction) {
	if get == nil {
		return
	}
	if get.Path == "" {
		get.Path = "/"
	}
	if get.Scheme == "" {
		get.Scheme = corev1.URISchemeHTTP
	}
}
