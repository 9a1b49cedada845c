// Command podclock plays Kubernetes pods against the kubelet's rules in
// virtual time, and runs their probes on the real clock.
//
//	podclock simulate FILE
//	podclock probe -f FILE
//
// FILE of simulate is a scenario, or a manifest of a Pod, Deployment, StatefulSet,
// DaemonSet, ReplicaSet, Job or CronJob, whose apps then run for ever and
// answer every probe well. See package scenario for what a scenario may say.
// FILE of probe is such a manifest; its probes are run against real endpoints.
//
// The exit status is 0 if all went as the scenario expects and all probes
// succeed, 1 if not, and 2 if the input is no good; then nothing is printed to
// standard output.
package main
