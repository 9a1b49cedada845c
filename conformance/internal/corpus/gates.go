package corpus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/podclock/podclock/restart"
)

// DecodeStrictly decodes a record. It returns an error for fields that a replayer does not
// know, so that none is silently skipped.
func DecodeStrictly(record []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(record))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// FeatureGates has the gates of a record that differ from the kubelet's defaults.
type FeatureGates map[string]bool

// Restart translates the gates. The error names the gate that it cannot translate.
func (f FeatureGates) Restart() (restart.Gates, error) {
	var g restart.Gates
	for _, name := range slices.Sorted(maps.Keys(f)) {
		on := f[name]
		switch name {
		case "ContainerRestartRules":
			g.DisableContainerRestartRules = !on
		case "RestartAllContainersOnContainerExits":
			g.DisableRestartAllContainers = !on
		case "KubeletCrashLoopBackOffMax":
			g.DisableCrashLoopBackOffMax = !on
		case "ReduceDefaultCrashLoopBackOffDecay":
			g.ReduceCrashLoopBackOffDecay = on
		default:
			return g, fmt.Errorf("feature gate %s: not one that bears on restarts", name)
		}
	}
	return g, nil
}
