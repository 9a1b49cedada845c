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
// It needs a Unix. On Linux each pod has its own address, no process outlives
// its container, and cgroups v2 enforce limits. On other systems all pods share
// 127.0.0.1, and a process that leaves the process group of its container
// outlives it. On a system that is not a Unix, New returns an error.
//
// # What a container is
//
// A container's process has the spec's command, args, env and workingDir, with
// $(NAME) expanded, and leads a process group. Its environment has the spec's
// variables and PATH, HOSTNAME, HOME and TERMINATION_MESSAGE_PATH, and no other
// variable of the agent. Without a workingDir it runs in a directory of its
// own, which is removed with it. When it ends, everything that it has started
// gets SIGKILL, as in a PID namespace. The stop signal goes to this process
// alone (C45).
//
// A pod has an address in 127.64.0.0/10. Servers should bind to it, because
// every pod sees all ports of the machine. The spec can put it into a variable
// with status.podIP. There is no mount namespace, so a container writes its
// termination message to the file that TERMINATION_MESSAGE_PATH names, rather
// than to terminationMessagePath. The fall-back to logs works (C10). An image
// is what Options.Images says, by default nothing at all.
//
// There are no volumes, config maps, secrets and service variables. A container
// that refers to a config map or secret which is not optional waits with
// CreateContainerConfigError. The runtime ignores securityContext, hostPort and
// mounts, and logs that it does: do not run what you would not run by hand.
//
// Where cgroup v2 is writable, each container has its own cgroup, with
// memory.max and cpu.max from its limits. An OOM kill is reported as OOMKilled.
// All are in one cgroup, podclock-HASH, which exists as long as one of them
// does. At the start the runtime logs once which limits it cannot enforce, and
// does without them. If a controller goes missing later, containers that it
// would limit fail to start. In a systemd unit, Delegate=yes makes the cgroup
// writable, DelegateSubgroup= with Options.Cgroup lets the runtime enable
// controllers, and KillMode=process lets containers outlive the agent.
//
// # Logs
//
// A container's log is DIR/logs/NAMESPACE_NAME_UID/CONTAINER/RESTARTS.log, in
// the format of the CRI. When it reaches Options.LogMaxSize it becomes
// RESTARTS.log.1, and so on. Logs are removed with their container.
//
// # How it works
//
// Each container has a shim, a small process between the agent and the
// container's own. It is the agent's own executable, started again: Main finds
// in the environment that it is a shim. It starts the container's process and
// is its parent, writes the logs, reaps what has ended, and at last writes a
// file with the exit code. The runtime talks to it through a socket in the
// container's directory. The end of the connection is the end of the container.
// So the runtime watches no process ID and needs no thread or timer for it:
// each container costs one open socket and one waiting goroutine.
//
// When the agent is killed, the shims go on. The next runtime with the same
// directory reads what is in it, and connects to the shims that still answer.
// Commands of exec probes run under the shim too, and end with the agent that
// asked for them. When a shim is killed, the kernel kills the container's
// process, and the runtime kills the container's other processes. The container
// then has ended with 137 and ContainerStatusUnknown.
//
// A shim of a program with nothing but this package uses 3.5 MB of its own
// memory, and shares 15 MB of program with the other shims
// (BenchmarkContainer).
package process
