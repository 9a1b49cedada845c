// Package timeline keeps what happened to pods, when, and why: a log that
// merges what repeats, answers a test's questions and prints itself.
//
//	log := timeline.New(start)
//	pod := log.Track("default/web")
//	pod.Add(timeline.Record{At: start.Add(3 * time.Second), Kind: timeline.Event,
//		Container: "app", Type: "Normal", Reason: "Started", Message: "Container started"})
//	log.WriteEvents(os.Stdout) // +3s  Normal  Started  app  Container started
//
// Records of one series (the same probe worker, the same outcome and text,
// nothing changed in between) become one record with a count and a last time.
// Whether two records are of one series depends on their worker alone, so a
// simulation that leaps over equal probes and one that plays each of them keep
// the same log.
//
// Records are ordered by time. At one instant the probes that changed nothing
// come last, by pod, container and probe; all else is in order of arrival.
package timeline
