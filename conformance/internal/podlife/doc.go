// Package podlife replays recorded lives of whole pods with scripted clocks.
package podlife
