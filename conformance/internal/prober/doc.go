// Package prober replays traces of a kubelet's probe manager, with probe.Set in its
// place and a model of the sync loop and the runtime around it.
package prober
