package flight_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/podclock/podclock/flight"
)

// FuzzPlay plays files that were changed. Play must return an error or play them; it
// must not panic or hang.
func FuzzPlay(f *testing.F) {
	o := flight.Options{Dir: f.TempDir()}
	newNode(f, newRecorder(f, o), "1").liveUntil(time.Minute)
	for _, file := range filesIn(f, o.Dir) {
		f.Add(file)
		for _, line := range bytes.SplitAfter(file, []byte("\n")) {
			f.Add(line)
		}
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		(&flight.Player{}).Play(bytes.NewReader(data))
	})
}
