package scenario

import (
	"github.com/podclock/podclock/lifecycle"
)

// kubelet reads the kubelet's configuration.
//
//	kubelet:
//	  featureGates: {PLEGOnDemandRelist: false}
//	  without: [S14, C43]
//	  hostIP: 192.0.2.1
func (v value) kubelet(into *lifecycle.Config) {
	v.fields(map[string]fieldReader{
		"featureGates":    func(e value) { e.featureGates(into) },
		"without":         func(e value) { into.Without = e.quirks() },
		"standalone":      func(e value) { into.Standalone = e.boolean() },
		"noLogs":          func(e value) { into.NoLogs = e.boolean() },
		"uncancelledExec": func(e value) { into.UncancelledExec = e.boolean() },
		"hostIP":          func(e value) { into.HostIP = e.text() },
	})
}

// featureGates reads gates by their names in Kubernetes. The fields of the
// configuration name departures from the default, so that most values are negated.
func (v value) featureGates(into *lifecycle.Config) {
	restart, gates := &into.Restart.Gates, &into.Gates
	onByDefault := func(disable *bool) fieldReader { return func(e value) { *disable = !e.boolean() } }
	offByDefault := func(enable *bool) fieldReader { return func(e value) { *enable = e.boolean() } }
	v.fields(map[string]fieldReader{
		"ContainerRestartRules":                 onByDefault(&restart.DisableContainerRestartRules),
		"RestartAllContainersOnContainerExits":  onByDefault(&restart.DisableRestartAllContainers),
		"KubeletCrashLoopBackOffMax":            onByDefault(&restart.DisableCrashLoopBackOffMax),
		"ReduceDefaultCrashLoopBackOffDecay":    offByDefault(&restart.ReduceCrashLoopBackOffDecay),
		"PLEGOnDemandRelist":                    onByDefault(&gates.DisableOnDemandRelist),
		"PodReadyToStartContainersCondition":    onByDefault(&gates.DisableReadyToStartCondition),
		"ChangeContainerStatusOnKubeletRestart": offByDefault(&gates.ResetOnKubeletRestart),
		"KubeletEnsureSecretPulledImages":       onByDefault(&gates.DisableEnsureSecretPulledImages),
	})
}

// quirkRules lists the surprising rules that can be switched off (T33).
var quirkRules = map[string]lifecycle.Quirk{
	"P32": lifecycle.QuirkP32, "P36": lifecycle.QuirkP36, "P64": lifecycle.QuirkP64, "P76": lifecycle.QuirkP76,
	"R25": lifecycle.QuirkR25, "R26": lifecycle.QuirkR26, "R41": lifecycle.QuirkR41,
	"S11": lifecycle.QuirkS11, "S14": lifecycle.QuirkS14, "S71": lifecycle.QuirkS71, "C43": lifecycle.QuirkC43,
}

func (v value) quirks() lifecycle.Quirk {
	var off lifecycle.Quirk
	known := make([]string, 0, len(quirkRules))
	for rule := range quirkRules {
		known = append(known, rule)
	}
	v.items(func(e value) { off |= quirkRules[e.oneOf(known...)] })
	return off
}
