// Command podclock plays Kubernetes pods against the kubelet's rules in
// virtual time, and runs their probes on the real clock.
//
//	podclock simulate FILE
//	podclock probe -f FILE
//	podclock replay FILE...
//	podclock version
//
// FILE of simulate is a scenario, or a manifest of a Pod, Deployment, StatefulSet,
// DaemonSet, ReplicaSet, Job or CronJob, whose apps then run for ever and
// answer every probe well. See package scenario for what a scenario may say.
// FILE of probe is such a manifest; its probes are run against real endpoints.
// Either may be -, standard input. The files of replay are what an agent's flight
// recorder has written.
//
// What the API server accepts in a manifest and can never work, such as a probe of
// a port name that no port has, is a warning on standard error; it is played all
// the same.
//
// The exit status is 0 if all went as the scenario expects and all probes
// succeed, 1 if not, and 2 if the input is no good; then nothing is printed to
// standard output.
package main
