// Package apiserver does with a pod what an API server does before a kubelet gets it: it
// sets the defaults, drops fields, and returns the errors for an invalid pod in the API
// server's words. It also warns of what the API server accepts although it can never work.
//
//	apiserver.SetDefaults(pod)
//	apiserver.DropDisabled(pod)
//	for _, err := range apiserver.Validate(pod) { … }
//
// The package only considers fields that matter for probes, restarts, states and phase. Rule
// numbers such as P21 and I1 are those of docs/rules.md.
package apiserver
