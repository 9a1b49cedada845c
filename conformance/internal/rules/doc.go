// Package rules replays records of single decisions: validation, restart policy,
// back-off, phase, and what one sync would do.
package rules
