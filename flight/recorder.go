package flight

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle"
)

// Options say where a [Recorder] writes, and how much.
type Options struct {
	// Dir is the directory of the files. It is created if it does not exist. One
	// recorder uses it at a time.
	Dir string
	// MaxBytes is the size at which a file is closed and the next one begun. The
	// default is 64 MiB.
	MaxBytes int64
	// MaxTotal bounds the size of all files together; the oldest are removed first.
	// Each recorder begins a file of its own. The default is four times MaxBytes.
	MaxTotal int64
}

// Recorder writes what the machines of one agent are given. It is safe for
// concurrent use.
//
// If a write fails, what it held is lost and the machines continue;
// [Recorder.Err] has the error. The recorder tries again every second, with a
// new file.
type Recorder struct {
	mu     sync.Mutex
	files  files
	tracks map[*Track]time.Time // that have their snapshot in the present file: its time, by the clock of the steps
	broken bool                 // the present file lacks a line: nothing can follow
	again  time.Time            // when to try the next one
	err    error
}

// NewRecorder begins a recording in a new file.
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

// begin begins a file.
func (r *Recorder) begin() error {
	err := r.files.next(func(number int) ([]byte, error) {
		return marshal(&line{Header: &header{Version: version, File: number}})
	})
	if r.broken = err != nil; r.broken {
		return err
	}
	r.tracks = map[*Track]time.Time{}
	return r.files.makeRoom() // what cannot be removed stays, and the recording goes on
}

// Err returns why something could not be written, if that has happened.
func (r *Recorder) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Close ends the recording.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.files.end()
}

// Track records one machine.
type Track struct {
	recorder *Recorder
	config   lifecycle.Config
	timing   lifecycle.Timing
	world    *listener // nil: the timing has none
}

// Track returns the track of a machine that is going to have this configuration
// and timing, and the timing that it is to be made with instead, which is heard.
func (r *Recorder) Track(c lifecycle.Config, t *lifecycle.Timing) (*Track, *lifecycle.Timing) {
	k := &Track{recorder: r, config: c, timing: *t}
	heard := *t
	if t.Chance != nil {
		k.world = &listener{Chance: t.Chance}
		heard.Chance = k.world
	}
	return k, &heard
}

// Step steps the machine of the track, and records it. If the times that it is
// given have both a monotonic and a wall reading these are to pass alike, as
// those of an agent do: a machine compares by the one or by the other. The step
// at which the wall clock was set, by [LeastJump] or more, is not recorded, since
// a recording has one clock: what came of it shows in the snapshot that follows.
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
	if k.world != nil {
		k.world.now, k.world.draws = now, k.world.draws[:0]
	}
	s := &step{UID: m.Identity().UID}
	for i := range events {
		s.Events = append(s.Events, eventOf(&events[i]))
	}
	actions := m.Step(now, events...)
	if recorded && !r.broken {
		s.At = base.Add(now.Sub(base)).Round(0).UTC()
		if k.world != nil {
			s.Draws = k.world.draws
		}
		r.write(&line{Step: s}, now)
	}
	return actions
}

// LeastJump is how far the wall clock must be off to have been set: the two
// readings of a clock are not taken at one instant.
const LeastJump = 100 * time.Millisecond

// wasSet reports whether the wall clock was set since the machine was introduced,
// or stepped last.
func (r *Recorder) wasSet(k *Track, m *lifecycle.Pod, now time.Time) bool {
	since, ok := r.tracks[k]
	if !ok {
		since = m.Now()
	}
	return (now.Round(0).Sub(since.Round(0)) - now.Sub(since)).Abs() >= LeastJump
}

// introduce writes a machine's snapshot, once a file.
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
	if base == base.Round(0) { // it has no monotonic reading: it was restored
		base = now.Add(base.Sub(now))
	}
	if r.write(&line{Pod: podOf(m.Identity().UID, k, snapshot)}, now) {
		r.tracks[k] = base
	}
}

// write appends a line; false: that has failed.
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
