package answer

// DialRefused returns package net's text for a port that nobody listens on (P114).
func DialRefused(address string) string {
	return "dial tcp " + address + ": connect: connection refused"
}

// DialTimedOut returns package net's text for a connection that was not made in time (P114).
func DialTimedOut(address string) string { return "dial tcp " + address + ": i/o timeout" }
