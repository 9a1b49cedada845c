// Command podclock plays Kubernetes pods against the kubelet's rules in
// virtual time, and runs their probes on the real clock.
//
//	podclock simulate FILE...
//	podclock probe -f FILE
//	podclock replay FILE...
//	podclock version
//
// simulate takes scenarios, and manifests of a Pod, Deployment, StatefulSet, DaemonSet,
// ReplicaSet, Job or CronJob. FILE may be a directory or a glob, too. Every scenario and
// every workload is a story of its own. The apps of a manifest answer every probe well
// and run for ever, or end well in a job. Package scenario documents scenarios.
//
// probe takes one such manifest and runs its probes against real endpoints. For both,
// FILE may be -, standard input. replay takes the files of an agent's flight recorder.
//
// A manifest may have something that the API server accepts and that can never work, such
// as a probe of a port name that no port has. The command warns of it on standard error
// and plays the manifest. It also warns of faults in what is not chosen.
//
// The exit status is 0 if all expectations are met and all probes succeed, 1 if not, and
// 2 if the input is invalid. With 2 nothing is printed to standard output, but the stories
// before one that cannot go on. Ctrl-C ends a story of simulate with what there is of it,
// and with 130.
package main
