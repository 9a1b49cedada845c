package agent

import (
	"testing"

	"pgregory.net/rapid"
)

// Attempts are taken in the order in which they were put, whatever the queue
// does with its memory, and as long as there is one, somebody is on the way.
func TestProbeQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q probeQueue
		q.init()
		var put, taken uint64
		coming := 0 // goroutines that were to begin, and have not
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				for range rapid.IntRange(1, 20).Draw(t, "attempts") {
					put++
					if q.put(attempt{number: put}) {
						coming++
					}
				}
			},
			"take": func(t *rapid.T) {
				if taken == put {
					t.Skip("it would wait")
				}
				for range rapid.Uint64Range(1, put-taken).Draw(t, "attempts") {
					arrives := coming > 0 && rapid.Bool().Draw(t, "arrives")
					if arrives {
						coming--
					}
					var job attempt
					begin, ok := q.take(&job, arrives)
					if taken++; !ok || job.number != taken {
						t.Fatalf("attempt %d, %v; want %d", job.number, ok, taken)
					}
					if begin {
						coming++
					}
				}
			},
			"": func(t *rapid.T) {
				for _, a := range q.attempts[len(q.attempts):cap(q.attempts)] {
					if a != (attempt{}) {
						t.Fatalf("the queue still has attempt %d, which was taken", a.number)
					}
				}
				if coming > 1 || taken < put && coming == 0 {
					t.Fatalf("%d goroutines are on the way to %d attempts; want one, or none if there is nothing to do", coming, put-taken)
				}
			},
		})
	})
}
