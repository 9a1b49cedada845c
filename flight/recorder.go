package flight

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle"
)

// Options say where a [Recorder] writes, and how much it keeps.
type Options struct {
	// Dir is the directory of the files. It is made for this user alone, unless it
	// exists: recordings have what manifests and containers say. Only one recorder at a
	// time may use it.
	Dir string
	// MaxBytes is the size at which a file is closed and the next one begun. If 0, it
	// is 64 MiB.
	MaxBytes int64
	// MaxTotal bounds the size of all files together. The oldest are removed first. If
	// 0, it is four times MaxBytes.
	MaxTotal int64
}

// Recorder records the input of the machines of one agent. It is safe for concurrent
// use.
//
// If a write fails, the machines continue, and their steps are lost until the next
// file. [Recorder.Err] has the error. The recorder tries to begin a new file every
// second.
type Recorder struct {
	mu     sync.Mutex
	files  files
	tracks map[*Track]time.Time // with a snapshot in the present file: its instant, by the clock of the steps
	broken bool                 // the present file lacks a line, so that no other can follow
	again  time.Time            // when to try a new file
	err    error                // the first one
}

// NewRecorder begins a recording in a new file. The directory may have files of
// earlier recorders.
func NewRecorder(o Options) (*Recorder, error) {
	if o.Dir == "" {
		return nil, fmt.Errorf("flight: Options.Dir: there is none; give the directory for the files")
	}
	if o.MaxBytes < 0 || o.MaxTotal < 0 {
		return nil, fmt.Errorf("flight: Options: MaxBytes %d, MaxTotal %d: neither can be negative; 0 is the default",
			o.MaxBytes, o.MaxTotal)
	}
	r := &Recorder{files: newFiles(o)}
	if err := r.files.lock(); err != nil {
		return nil, fmt.Errorf("flight: Options.Dir: %w", err)
	}
	if err := r.begin(); err != nil {
		return nil, fmt.Errorf("flight: %w", errors.Join(err, r.files.end()))
	}
	return r, nil
}

// begin begins a new file, without snapshots.
func (r *Recorder) begin() error {
	err := r.files.next(func(number int) ([]byte, error) {
		return marshal(&line{Header: &header{Version: version, File: number}})
	})
	if r.broken = err != nil; r.broken {
		return err
	}
	r.tracks = map[*Track]time.Time{}
	return r.files.makeRoom() // after an error the recording continues
}

// Err returns the first error of a write, or nil.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Close ends the recording and closes its file. Machines may continue to step.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.files.end()
}

// Track records the steps of one machine.
type Track struct {
	recorder *Recorder
	config   lifecycle.Config
	timing   lifecycle.Timing
	chance   *recordingChance // nil if the timing has no Chance
}

// Track returns a track for one machine, and the timing to make that machine with.
// c and t are the machine's configuration and timing. The returned timing is t, with
// a Chance that records the answers of t's own.
func (r *Recorder) Track(c lifecycle.Config, t *lifecycle.Timing) (*Track, *lifecycle.Timing) {
	k := &Track{recorder: r, config: c, timing: *t}
	recorded := *t
	if t.Chance != nil {
		k.chance = &recordingChance{Chance: t.Chance}
		recorded.Chance = k.chance
	}
	return k, &recorded
}

// Step steps the machine of the track and records the step.
//
// If now has a monotonic and a wall reading, both must pass alike from step to step,
// as an agent's do: a machine compares some times by the one and some by the other.
// A step at which the wall clock was set, by [LeastJump] or more, is not recorded,
// since a recording has only one clock. Its effects are in the next snapshot.
func (k *Track) Step(m *lifecycle.Pod, now time.Time, events ...lifecycle.Event) []lifecycle.Action {
	r := k.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wasSet(k, m, now) {
		delete(r.tracks, k)
		return m.Step(now, events...)
	}
	r.introduce(k, m, now)
	base, recorded := r.tracks[k]
	if k.chance != nil {
		k.chance.now, k.chance.draws = now, k.chance.draws[:0]
	}
	s := &step{UID: m.Identity().UID}
	for i := range events {
		s.Events = append(s.Events, eventOf(&events[i]))
	}
	actions := m.Step(now, events...)
	if recorded && !r.broken {
		s.At = base.Add(now.Sub(base)).Round(0).UTC()
		if k.chance != nil {
			s.Draws = k.chance.draws
		}
		r.write(&line{Step: s}, now)
	}
	return actions
}

// LeastJump is the least difference between the monotonic and the wall clock that
// counts as a set clock. The two readings of a clock are not taken at one instant,
// and so differ a little.
const LeastJump = 100 * time.Millisecond

// wasSet reports whether the wall clock was set since the machine's snapshot was
// written, or without one since its last step.
func (r *Recorder) wasSet(k *Track, m *lifecycle.Pod, now time.Time) bool {
	since, ok := r.tracks[k]
	if !ok {
		since = m.Now()
	}
	return (now.Round(0).Sub(since.Round(0)) - now.Sub(since)).Abs() >= LeastJump
}

// introduce writes a machine's snapshot, unless the present file has one.
func (r *Recorder) introduce(k *Track, m *lifecycle.Pod, now time.Time) {
	if r.files.full() || r.broken && !now.Before(r.again) {
		r.note(r.begin(), now)
	}
	if _, ok := r.tracks[k]; ok || r.broken {
		return
	}
	snapshot, err := m.Snapshot()
	if err != nil {
		r.note(err, now)
		return
	}
	base := m.Now()
	if base == base.Round(0) { // without a monotonic reading: the machine was restored
		base = now.Add(base.Sub(now))
	}
	if r.write(&line{Pod: podOf(m.Identity().UID, k, snapshot)}, now) {
		r.tracks[k] = base
	}
}

// write appends a line. It returns false if that fails.
func (r *Recorder) write(l *line, now time.Time) bool {
	data, err := marshal(l)
	if err == nil {
		err = r.files.write(data)
	}
	r.broken = err != nil
	r.note(err, now)
	return !r.broken
}

const retry = time.Second

func (r *Recorder) note(err error, now time.Time) {
	if err == nil {
		return
	}
	r.again = now.Add(retry)
	if r.err == nil {
		r.err = fmt.Errorf("flight: %w", err)
	}
}

func marshal(l *line) ([]byte, error) {
	data, err := wire.Marshal(l)
	return append(data, '\n'), err
}
