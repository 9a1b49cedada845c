// Package scenario reads stories for the simulator from files: Kubernetes
// manifests, and scenario files that say what the apps in them do.
//
//	s, err := scenario.Read("examples/slow-start/scenario.yaml", "")
//	result, err := s.Run()
//	scenario.WriteSummary(os.Stdout, result)
//	err = s.Check(result) // what of the file's expect section was not met
//
// # Manifests
//
// A manifest is YAML of one or more documents, or JSON, as kubectl takes it.
// The pod is that of a Pod, or the template of a Deployment, StatefulSet,
// DaemonSet, ReplicaSet, ReplicationController, Job or CronJob; other objects
// are skipped. It is decoded as the API server does with strict validation.
// What the simulator does not model is ignored.
//
// # Scenario files
//
// All keys but manifest may be left out:
//
//	manifest: web.yaml     # beside this file; or the object itself; or below a line of ---
//	object: Deployment/web # if the manifest has several
//	for: 10m               # times are 40s, 10m, 1h30m, 2d
//	timing: kubelet        # with a kubelet's latencies; ideal: none
//	seed: 7
//	replicas: 3
//
//	apps:                  # by container; one not named is well for ever, and ends well in a job
//	  web:
//	    probes: {0s: refuse, 40s: ok}         # every probe, by the time since the start
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
//
// An answer is ok, fail, refuse, hang, stall, error, a number (a status of
// HTTP or of a command), a serving status of gRPC (NOT_SERVING), or keys:
// {status: 503, body: text}, {exit: 2, output: text}, {fail: text},
// {error: text}, {serving: UNKNOWN}, {status: 302, location: URL}, each with
// latency. By handler instead of probe kind: exec, by command; servers, by
// port and path. Further keys of a run are postStart, preStop, log, createDelay,
// startDelay, createError, startError and cut.
//
// Times and numbers are expected as they are, or with <, <=, > or >= before them;
// what begins with > needs quotes, for YAML. Words that no kubelet says and the
// file gives to nothing, such as a mistyped status, are errors.
//
// What killed expects is never, liveness, startup, or several words of a reason;
// of the pod, or by container.
//
// What can happen at a time: delete, remove, evict, refuse, update, condition,
// shutdown (of the node), loseNode, returnNode, loseNetwork, returnNetwork, restartKubelet, killSandbox,
// freeName, crash, loseContainer, hang, outage, spoilImage.
//
// Further keys are start, images, sandbox, nameTaken, latency, parallelPulls,
// maxContainerRestartPeriod, noLeap, kubelet, and pods: a list of what makes a
// pod, for several different ones.
//
//	kubelet:               # its configuration; the default is v1.36 as shipped
//	  featureGates: {PLEGOnDemandRelist: false}
//	  without: [S14, C43]  # quirks
//	  hostIP: 192.0.2.1    # also standalone, noLogs, uncancelledExec
//
// What of [podclock.Options] is the caller's is not in a file: View, Filter and Tap,
// a Timing of one's own, and that manifests are trusted.
//
// Further expectations are timeReady, detection, phase, status, ready,
// finished, events, and of the status: reason, message, order (the regular
// containers as the status lists them), conditions and containers. A message
// is expected by a part of it. They hold at the end, or under at: at an
// instant; of every pod, or under pods of one.
//
//	expect:
//	  events: {Killing: {count: 1, container: web, message: failed liveness probe}}
//	  conditions: {Initialized: True, Ready: {status: False, reason: ContainersNotReady, since: 30s}}
//	  containers:
//	    web: {state: waiting, reason: CrashLoopBackOff, last: {exitCode: 1}}
//	  at:
//	    20s: {phase: Running, status: Error, containers: {web: {ready: false, started: false}}}
//
// Everything that is wrong with a file is reported at once, each as
// "file:line: …" with the cure.
package scenario
