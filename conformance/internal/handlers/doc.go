// Package handlers replays recorded probes against servers that behave as those
// that a kubelet probed.
package handlers
