// Package spec is a pod spec as the parts of the machine read it: compiled once,
// with dense indices of containers, so that nothing is looked up or parsed while
// a pod runs. All of it is immutable and shared by any number of machines.
package spec
