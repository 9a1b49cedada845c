// Package corpus is what all kinds of recorded behaviour share: what a kind is,
// strict decoding, feature gates, traces and their differences.
package corpus
