// Package rules replays records of single decisions: validation, restart policy, back-off,
// phase, and the plan of one sync.
package rules
