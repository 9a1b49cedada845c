// Command podclock plays Kubernetes pods against the kubelet's rules in
// virtual time.
//
//	podclock simulate FILE
//
// FILE is a scenario, or a manifest of a Pod, Deployment, StatefulSet,
// DaemonSet, ReplicaSet, Job or CronJob, whose apps then run for ever and
// answer every probe well. See package scenario for what a scenario may say.
//
// The exit status is 0 if all went as the scenario expects, 1 if not, and 2 if
// the input is no good; then nothing is printed to standard output.
package main
