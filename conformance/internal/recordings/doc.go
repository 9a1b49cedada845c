// Package recordings replays what whole kubelets were recorded doing with pods in
// real time, and compares it moment by moment, within the tolerances that
// docs/fidelity.md names.
package recordings
