// Package recordings replays recordings of whole kubelets that ran pods in real time. It
// compares every moment, within the tolerances of docs/fidelity.md.
package recordings
