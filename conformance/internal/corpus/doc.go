// Package corpus has what all kinds of recorded behaviour share: the type of a kind, strict
// decoding, feature gates, traces and their differences.
package corpus
