// Package process is an agent.Runtime whose containers are processes of this
// machine.
package process
