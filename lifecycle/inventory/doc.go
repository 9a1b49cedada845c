// Package inventory describes what a container runtime has of one pod: its sandboxes and
// container instances. [Truth] is the present state. A [Snapshot] is what a kubelet saw at
// some instant. The kubelet's rules use only snapshots (T12).
//
// Rule numbers such as T12 and C8 are those of docs/rules.md.
package inventory
