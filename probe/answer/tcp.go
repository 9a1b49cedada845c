package answer

// DialRefused is package net's text of a port that nothing listens on (P114).
func DialRefused(address string) string {
	return "dial tcp " + address + ": connect: connection refused"
}

// DialTimedOut is package net's text of a connection that did not come about in
// time (P114).
func DialTimedOut(address string) string { return "dial tcp " + address + ": i/o timeout" }
