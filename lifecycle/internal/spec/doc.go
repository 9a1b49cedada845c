// Package spec compiles a pod spec for the parts of the machine. Containers get dense
// indices, and nothing must be looked up or parsed while a pod runs. A compiled spec never
// changes, and any number of machines can share it.
package spec
