// Package agent runs pods for real. It drives the machines of package lifecycle
// by a clock, and carries out their actions with a container runtime and real
// probes. Import it to build a node agent of your own.
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
// You bring the [Runtime]. Package runtimetest has a fake one, and checks that
// yours obeys the rules.
//
// # How it works
//
// One goroutine, the loop, owns all machines. It takes messages from one
// mailbox, steps the machines that are due, and sleeps until the first deadline
// on one timer, or until a message comes. Whatever takes time — a probe, a
// hook, a call of the runtime — runs beside the loop for as long as it takes,
// and posts one message. A probe costs neither a goroutine nor a timer between
// its attempts: a few goroutines wait for the next attempt of any probe, and
// quick attempts share a goroutine. The agent decides nothing that package
// lifecycle could decide.
//
// At each wake the loop takes in what has arrived: first facts and the
// runtime's notices in the order of their arrival, then answers in the order of
// their requests. At one instant messages come before deadlines.
//
// # After a crash
//
// With Options.StateDir a new agent continues where a killed one stopped.
// Running containers keep running, calls under way are finished or tried again,
// and restart counts and back-offs stay. Use a [Runtime] that outlives the
// agent, such as that of package process. With Options.Flight the agent records
// everything that its machines are given. "podclock replay" then shows, on any
// computer, what happened and why.
//
// # The end
//
// Run ends with its context, and leaves containers running, as a kubelet does. To
// end them first, call Drain. It takes no longer than the longest grace period, the
// two seconds of C42, and what the runtime needs, whatever hooks do.
//
// # Clocks
//
// The agent uses two methods of its clock: Now, and AfterFunc with a positive
// delay. The real clock is monotonic. Setting the computer's clock therefore
// changes only the times that statuses show from then on, and the end of
// activeDeadlineSeconds, which count from a time of the API. While the computer
// sleeps, back-offs and probes stand still. If a clock jumps forwards, each
// probe runs once, as with a kubelet's ticker, and back-offs count the skipped
// time. If it jumps back, time continues from where it stood. A mock clock
// tells nobody that it was set back: the agent notices at the next message, or
// when someone asks for a Status.
//
// After a crash, times from before it have no monotonic reading. Setting the
// computer's clock then moves the back-offs of adopted containers, as it does
// in a kubelet.
package agent
