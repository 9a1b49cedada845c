// Package timeline records what happened to pods, when, and why. A timeline merges repeated
// records, answers the questions of a test, and prints itself.
//
//	log := timeline.New(start)
//	pod := log.Track("default/web")
//	pod.Add(timeline.Record{At: start.Add(3 * time.Second), Kind: timeline.Event,
//		Container: "app", Type: "Normal", Reason: "Started", Message: "Container started"})
//	log.WriteEvents(os.Stdout) // +3s  Normal  Started  app  Container started
//
// Records of one series become one record with a count and a last time. A series is from one
// probe worker, has one outcome and one text, and nothing else of that worker in between. A
// series depends only on its worker. Therefore a simulation that leaps over equal probes and
// one that plays each of them produce the same timeline.
//
// Records are ordered by time. At one instant, probes that changed nothing come last, by
// pod, container and probe. All other records are in the order in which they were added.
package timeline
