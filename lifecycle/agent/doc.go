// Package agent runs pods for real: the machines of package lifecycle on a
// clock, with a container runtime and probes behind their actions. A custom
// node agent imports it.
//
//	a, err := agent.New(agent.Options{Runtime: runtime})
//	err = a.Add(pod)
//	go a.Run(ctx)
//	for change := range a.Watch(ctx) {
//		if change.Status != nil { // else the pod is new
//			fmt.Println(change.Pod.Name, change.Status.Phase)
//		}
//	}
//	// web Pending
//	// web Running
//
// The [Runtime] is yours: package runtimetest has a fake one, and checks that
// one obeys the rules.
//
// # How it works
//
// One goroutine owns all machines. It takes messages from one mailbox, steps
// the machines that are due, and sleeps until the first deadline on one timer,
// or until a message comes. Whatever takes time — a probe, a hook, a call of the
// runtime — runs beside it for as long as it takes, waits for nothing else, and
// posts one message. A probe that is not being made costs neither a goroutine
// nor a timer: a few goroutines wait for the next one, whichever that is, and
// quick ones share a goroutine. Nothing is decided here that package lifecycle
// could decide.
//
// A wake takes in what has arrived: first facts and the runtime's notices, as
// they arrived, then answers in the order of their requests. At one instant
// messages come before deadlines.
//
// # After a crash
//
// With Options.StateDir an agent that was killed is started again as if nothing
// had been: what runs goes on, what was being done is finished or tried again,
// restart counts and back-offs stay. Use a [Runtime] that outlives the agent,
// such as that of package process. With Options.Flight all that the machines are
// given is recorded, and "podclock replay" says on any machine what happened,
// and why.
//
// # Clocks
//
// Of its clock the agent uses Now, and AfterFunc with a positive delay. With the
// real clock, time is monotonic: setting the machine's clock changes what
// statuses show from then on, and when an activeDeadlineSeconds is over, which
// counts from a time of the API; and nothing else. While a machine sleeps that time
// stands still, and so do back-offs and probes. On a clock that is set forwards
// without having passed the time between, each probe is made once, as a
// kubelet's ticker would, and back-offs count what was skipped. On one that is
// set back, time goes on from where it stood; a mock tells nobody that it was
// set back, so that the agent sees it at the next message, or when it is asked
// for a Status.
//
// What an agent has from before a crash it knows by the clock of the machine
// alone: setting that moves the back-offs of adopted containers, as it does a
// kubelet's.
package agent
