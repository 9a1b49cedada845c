// Package scenario reads input for the simulator from files: Kubernetes manifests,
// and scenario files that say what the apps in them do.
//
//	s, err := scenario.Read("examples/slow-start/scenario.yaml", "")
//	result, err := s.Run()
//	scenario.WriteSummary(os.Stdout, result)
//	err = s.Check(result) // the expectations of the file that are not met
//
// # Manifests
//
// A manifest is YAML of one or more documents, or JSON, as kubectl takes it.
// The pod is a Pod, or the template of a Deployment, StatefulSet, DaemonSet,
// ReplicaSet, ReplicationController, Job or CronJob. Other objects are skipped.
// Decoding is strict, as in an API server that validates fields strictly. Fields
// that the simulator does not model are ignored. A fault in what is not chosen is a
// warning.
//
// Files are UTF-8, or UTF-16 with a byte order mark, and have at most 16 MiB.
//
// # Scenario files
//
// Only the key manifest is required:
//
//	manifest: web.yaml     # beside this file; or the object itself; or below a line of ---
//	object: Deployment/web # if the manifest has several
//	namespace: shop        # if it has several of one name
//	for: 10m               # times are 40s, 10m, 1h30m, 2d
//	timing: kubelet        # with a kubelet's latencies; ideal: none
//	seed: 7
//	replicas: 3
//
//	apps:                  # by container; one not named is well for ever, and ends well in a job
//	  web:
//	    probes: {0s: refuse, 40s: ok}         # every probe, by the time since the start of the run
//	    readiness: {0s: ok, 5m: 503, 6m: ok}  # also startup, liveness
//	    exit: {after: 10m, code: 1, reason: OOMKilled, message: text}
//	    term: {after: 3s, code: 0}            # on SIGTERM; or ignore
//	    runs: [{exit: 1}, {}]                 # what differs from run to run
//
//	at:                    # what is done to the pods, and when
//	  2m: {crash: web}
//	  3m: {outage: {name: database, for: 2m, answer: 503}}
//	  9m: delete
//
//	expect:                # what must have come of it
//	  firstReady: "<= 1m"
//	  restarts: {web: 1}
//	  killed: never
//	  flaps: "<= 2"
//
// An answer is ok, fail, refuse, hang, stall, error, a number (a status of
// HTTP or of a command), a serving status of gRPC (NOT_SERVING), or keys:
// {status: 503, body: text}, {exit: 2, output: text}, {fail: text},
// {error: text}, {serving: UNKNOWN}, {status: 302, location: URL}, each with
// latency. Answers can also be given by handler instead of by probe: under exec by
// command, under servers by port and path. Further keys of a run are postStart,
// preStop, log, createDelay, startDelay, createError, startError, stopError,
// removeError and cut.
//
// An expected time or number is a plain value, or one with <, <=, > or >= before
// it. A value that begins with > needs quotes in YAML. A status or reason that no
// kubelet has and that the file does not define, such as a mistyped one, is an
// error.
//
// killed expects never, liveness, startup, or several words of a reason. killed and
// restarts hold for the pod, or by container. They hold for the whole run, or for a part
// of it, whose two ends belong to it: killed then has by, and restarts has count. Several
// parts are a list.
//
//	expect:
//	  restarts: {between: [2m, 10m], count: "<= 1"}
//	  killed: {web: [{between: [0s, 1m], by: never}, {between: [2m, 10m], by: liveness}]}
//
// unready is the time that a pod was not Ready in all, longestUnready the longest stretch
// of it, and flaps how often the pod lost Ready. They count after the first Ready and
// before the deletion. A pod that was never Ready does not meet them.
//
// These facts can happen at a time: delete, remove, evict, refuse, update,
// condition, shutdown (of the node), loseNode, returnNode, loseNetwork,
// returnNetwork, restartKubelet, killSandbox, freeName, crash, loseContainer, hang,
// recover, outage, spoilImage. An update changes images and activeDeadlineSeconds, as far as an
// API server lets it. A fact after the end is an error.
//
// Further keys are start (in the years 1970 to 9000), images, sandbox, nameTaken, latency, parallelPulls,
// maxContainerRestartPeriod, noLeap and kubelet. The key pods lists several pods,
// each with its own manifest, object, namespace, apps, sandbox, replicas, nameTaken and
// at.
//
//	kubelet:               # its configuration; the default is v1.36 as shipped
//	  featureGates: {PLEGOnDemandRelist: false}
//	  without: [S14, C43]  # quirks
//	  hostIP: 192.0.2.1    # also standalone, noLogs, uncancelledExec
//
// Some of [podclock.Options] belongs to the caller and has no key: View, Filter, Tap,
// a Timing other than the two, and whether manifests are trusted.
//
// Further expectations are timeReady, detection, phase, status, ready, finished
// and events, which may be never. These compare the pod's status: reason, message, order
// (of the regular containers in the status), conditions, which may be absent, and
// containers. An expected message may be a part of the real one. Expectations hold at the
// end, or at an instant if they stand under at. They hold for every pod, or for one pod if
// they stand under pods.
//
//	expect:
//	  events: {Killing: {count: 1, container: web, message: failed liveness probe}, Evicted: never}
//	  conditions: {DisruptionTarget: absent, Ready: {status: False, reason: ContainersNotReady, since: 30s}}
//	  containers:
//	    web: {state: waiting, reason: CrashLoopBackOff, last: {exitCode: 1}}
//	  at:
//	    20s: {phase: Running, status: Error, containers: {web: {ready: false, started: false}}}
//
// All errors of a file are reported together, each as "file:line: …" with the
// cure.
package scenario
