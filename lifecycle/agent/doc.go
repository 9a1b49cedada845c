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
// With Options.StateDir an agent that was killed continues where it stopped:
// running containers keep running, calls under way are finished or tried again,
// restart counts and back-offs stay. Use a [Runtime] that outlives the agent,
// such as that of package process. With Options.Flight the agent records
// everything its machines are given, and "podclock replay" shows on any machine
// what happened, and why.
//
// # Clocks
//
// The agent uses two methods of its clock: Now, and AfterFunc with a positive
// delay. The real clock is monotonic. Setting the machine's clock therefore
// changes only what statuses show from then on, and when activeDeadlineSeconds
// pass, because they count from a time of the API. While the machine sleeps,
// back-offs and probes stand still. If a clock jumps forwards, each probe runs
// once, as with a kubelet's ticker, and back-offs count the skipped time. If it
// jumps back, time continues from where it stood. A mock clock tells nobody
// that it was set back, so the agent notices at the next message, or when it is
// asked for a Status.
//
// Times from before a crash are known by the machine's clock alone. Setting it
// moves the back-offs of adopted containers, as it does in a kubelet.
package agent
