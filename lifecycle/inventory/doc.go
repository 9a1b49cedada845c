// Package inventory is what a container runtime has of one pod: its sandboxes and
// container instances. [Truth] is what really is; a [Snapshot] is what a kubelet
// saw of it at some instant, and works on.
//
// Rule numbers (T12, C8) are those of docs/rules.md.
package inventory
