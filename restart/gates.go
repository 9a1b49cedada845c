package restart

// Gates are the kubelet's feature gates that bear on restarts. The zero value
// is their state in Kubernetes v1.36: so each field names the departure.
type Gates struct {
	// DisableContainerRestartRules turns ContainerRestartRules off (F1): only
	// the pod's restartPolicy counts, sidecars excepted. It turns
	// RestartAllContainersOnContainerExits off with it, which depends on it.
	DisableContainerRestartRules bool
	// DisableRestartAllContainers turns RestartAllContainersOnContainerExits
	// off (F2): a rule with that action falls through to the container's policy.
	DisableRestartAllContainers bool
	// DisableCrashLoopBackOffMax turns KubeletCrashLoopBackOffMax off (F4): the
	// maximum delay cannot be configured.
	DisableCrashLoopBackOffMax bool
	// ReduceCrashLoopBackOffDecay turns ReduceDefaultCrashLoopBackOffDecay on
	// (F5): the first delay is 1 s.
	ReduceCrashLoopBackOffDecay bool
}

// ContainerRestartRules reports whether that gate is on (F1).
func (g Gates) ContainerRestartRules() bool { return !g.DisableContainerRestartRules }

// RestartAllContainers reports whether RestartAllContainersOnContainerExits is on (F2).
func (g Gates) RestartAllContainers() bool {
	return g.ContainerRestartRules() && !g.DisableRestartAllContainers
}
