//go:build !unix

package process

import (
	"errors"

	"github.com/podclock/podclock/lifecycle/agent"
)

// Main returns at once, because there are no shims on this system.
func Main() {}

// Runtime cannot be made on this system.
type Runtime struct{ agent.Runtime }

// New returns an error, because this system has no process groups and signals.
func New(Options) (*Runtime, error) {
	return nil, errors.New("process: New: this system is not a Unix: run the agent on one, or give it another runtime")
}

// Close does nothing.
func (*Runtime) Close() error { return nil }
