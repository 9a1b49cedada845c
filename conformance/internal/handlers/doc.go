// Package handlers replays recorded probes against servers that behave like those that a
// kubelet probed.
package handlers
