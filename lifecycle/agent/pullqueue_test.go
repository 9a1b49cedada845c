package agent

import (
	"slices"
	"testing"
	"time"

	"github.com/podclock/podclock/lifecycle"
)

// asked is the request for a pull, which its Op names.
func asked(op uint64) message { return message{ev: lifecycle.Event{Op: op}} }

func TestPullsWaitForTheirTurnUnlessTheyAreParallel(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(s int) time.Time { return begin.Add(time.Duration(s) * time.Second) }
	for _, test := range []struct {
		name         string
		parallel     bool
		begun        []uint64 // in order
		took, inLine [3]time.Duration
	}{
		{"one at a time", false, []uint64{0, 1, 2},
			[3]time.Duration{10 * time.Second, 10 * time.Second, 10 * time.Second},
			[3]time.Duration{10 * time.Second, 19 * time.Second, 28 * time.Second}},
		{"all at a time", true, []uint64{0, 1, 2},
			[3]time.Duration{10 * time.Second, 19 * time.Second, 28 * time.Second},
			[3]time.Duration{10 * time.Second, 19 * time.Second, 28 * time.Second}},
	} {
		t.Run(test.name, func(t *testing.T) {
			q := pullQueue{parallel: test.parallel}
			var begun []uint64
			for op := range uint64(3) { // asked for a second apart
				if q.add(at(int(op)), pull{answer: asked(op)}) {
					begun = append(begun, op)
				}
			}
			for op := range uint64(3) { // done ten seconds apart
				m := asked(op)
				if next, begins := q.finish(at(10*int(op+1)), &m); begins {
					begun = append(begun, next.answer.ev.Op)
				}
				if m.ev.Took != test.took[op] || m.ev.TookInLine != test.inLine[op] {
					t.Errorf("pull %d took %v, %v with its wait; want %v, %v", op, m.ev.Took, m.ev.TookInLine,
						test.took[op], test.inLine[op])
				}
			}
			if !slices.Equal(begun, test.begun) {
				t.Errorf("pulls %v began; want %v", begun, test.begun)
			}
		})
	}
}
