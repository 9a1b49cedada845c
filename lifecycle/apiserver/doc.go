// Package apiserver is what an API server makes of a pod before a kubelet sees it:
// the defaults that it fills in, what it drops, what it refuses and in which words, and what it
// accepts though it can never work.
//
//	apiserver.SetDefaults(pod)
//	apiserver.DropDisabled(pod)
//	for _, err := range apiserver.Validate(pod) { … }
//
// Only fields that bear on probes, restarts, states and phase are looked at. Rule
// numbers (P21, I1) are those of docs/rules.md.
package apiserver
