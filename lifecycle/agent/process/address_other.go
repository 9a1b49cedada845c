//go:build unix && !linux

package process

// addresses gives out 127.0.0.1 alone: here no other address is this machine.
type addresses struct{}

func newAddresses(string) addresses { return addresses{} }

func (addresses) next(map[string]bool) (string, error) { return "127.0.0.1", nil }
