package restart

// Gates are the kubelet's feature gates for restarts. The zero Gates are the defaults of
// Kubernetes v1.36, and each field names a departure from them.
type Gates struct {
	// DisableContainerRestartRules turns ContainerRestartRules off (F1). Then only the pod's
	// restartPolicy counts, except for sidecars. It also turns off
	// RestartAllContainersOnContainerExits, which depends on it.
	DisableContainerRestartRules bool
	// DisableRestartAllContainers turns RestartAllContainersOnContainerExits off (F2). A rule
	// with that action then decides nothing, and the container's policy counts.
	DisableRestartAllContainers bool
	// DisableCrashLoopBackOffMax turns KubeletCrashLoopBackOffMax off (F4). The maximum delay
	// can then not be configured.
	DisableCrashLoopBackOffMax bool
	// ReduceCrashLoopBackOffDecay turns ReduceDefaultCrashLoopBackOffDecay on (F5). The first
	// delay is then 1 s.
	ReduceCrashLoopBackOffDecay bool
}

// ContainerRestartRules reports whether the gate of that name is on (F1).
func (g Gates) ContainerRestartRules() bool { return !g.DisableContainerRestartRules }

// RestartAllContainers reports whether RestartAllContainersOnContainerExits is on (F2).
func (g Gates) RestartAllContainers() bool {
	return g.ContainerRestartRules() && !g.DisableRestartAllContainers
}
