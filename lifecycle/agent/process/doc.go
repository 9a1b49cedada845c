// Package process runs containers as processes of this machine: an
// agent.Runtime without images, namespaces or a daemon.
//
//	func main() {
//		process.Main() // first thing: the program is also the shim of its containers
//		runtime, err := process.New(process.Options{Dir: "/var/lib/agent"})
//		a, err := agent.New(agent.Options{Runtime: runtime})
//		err = a.Add(pod)
//		err = a.Run(ctx)
//	}
//
// It needs a Unix. On Linux pods have addresses of their own, nothing that a
// container has started outlives it, and limits are enforced by cgroups v2. On
// others all pods share 127.0.0.1, and what has left the process group of its
// container escapes. On systems that are no Unix, New returns an error.
//
// # What a container is
//
// A container's process has the spec's command, args, env and workingDir, with
// $(NAME) expanded, and leads a process group. Its environment is that of the
// spec and PATH, HOSTNAME, HOME and TERMINATION_MESSAGE_PATH, and nothing else of
// the agent's. Without a workingDir it runs in a directory of its own that goes
// with it. When it ends, all that it has started gets SIGKILL, as in a PID
// namespace; the stop signal goes to the process alone (C45).
//
// A pod has an address in 127.64.0.0/10, in $(POD_IP) if the spec takes
// status.podIP: servers should bind it, for every pod sees all ports of the
// machine. What a mount namespace would show at terminationMessagePath is the
// file that TERMINATION_MESSAGE_PATH names; the fall-back to logs works (C10).
// An image is what Options.Images says, by default nothing at all.
//
// Not available are volumes, config maps, secrets and service variables; a
// reference to a config map or secret that is not optional makes the container
// wait with CreateContainerConfigError. securityContext, hostPort and mounts
// count for nothing, which is logged: do not run what you would not run by hand.
//
// Where cgroup v2 is writable, each container has its own, with memory.max and
// cpu.max from its limits; an OOM kill is reported as OOMKilled. All are in one
// cgroup, podclock-HASH, that is there as long as one of them is. The missing rest
// is said once, to Options.Logger, and left out; what goes missing later fails the
// start of what it would limit. In a systemd unit, Delegate=yes makes it writable,
// DelegateSubgroup= with Options.Cgroup lets controllers be enabled, and
// KillMode=process lets containers outlive the agent.
//
// # Logs
//
// Logs are at DIR/logs/NAMESPACE_NAME_UID/CONTAINER/RESTARTS.log, in the format of
// the CRI. A log that has reached Options.LogMaxSize becomes RESTARTS.log.1, and
// so on. Logs go when their container is removed.
//
// # How it works
//
// Each container has a shim, a small process between the agent and the
// container's own. It is this same executable, started again: Main finds in the
// environment that it is a shim. It starts the process and is its parent, writes
// the logs, reaps what has ended, and at last writes a file with the exit code.
// The runtime talks with it through a socket in the container's directory; the
// end of the connection is the end of the container. So there is no thread, no
// timer and no process ID to watch, only one open socket and one waiting
// goroutine for each container.
//
// When the agent is killed the shims go on. The next runtime with the same
// directory reads what there is, and connects to the shims that still answer.
// Commands of exec probes run under the shim too, and end with the agent that
// asked for them. When a shim is killed, the kernel kills the container's process,
// the runtime what else there is, and the container has ended with 137 and
// ContainerStatusUnknown.
//
// A shim that is linked with this package has 3.5 MB of memory of its own, and
// shares 15 MB of program with the other shims (BenchmarkContainer).
package process
