// Package podlife replays recorded lives of whole pods on scripted clocks.
package podlife
