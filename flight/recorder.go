package flight

import (
	"fmt"
	"sync"
	"time"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle"
)

// Options is where a [Recorder] writes.
type Options struct {
	// Dir takes the files; it is made if it is not there.
	Dir string
	// MaxBytes is how large a file grows before the next one is begun. 0: 64 MiB.
	MaxBytes int64
	// MaxFiles is how many files are kept, the oldest being removed first. 0: 4.
	MaxFiles int
	// Config is that of the machines.
	Config lifecycle.Config
}

// Recorder writes what machines are given. It is safe for concurrent use.
//
// What cannot be written is lost, and the machines go on: ask [Recorder.Err].
type Recorder struct {
	mu     sync.Mutex
	config lifecycle.Config
	files  files
	tracks map[*Track]struct{} // that have their snapshot in the present file
	base   time.Time           // of the first step in the present file
	err    error
}

// NewRecorder begins a recording in a new file.
func NewRecorder(o Options) (*Recorder, error) {
	if o.Dir == "" {
		return nil, fmt.Errorf("flight: Options.Dir: there is none; give the directory for the files")
	}
	if o.MaxBytes < 0 || o.MaxFiles < 0 {
		return nil, fmt.Errorf("flight: Options: MaxBytes %d, MaxFiles %d: neither can be negative; 0 is the default", o.MaxBytes, o.MaxFiles)
	}
	r := &Recorder{config: o.Config, files: newFiles(o)}
	if err := r.begin(); err != nil {
		return nil, fmt.Errorf("flight: %w", err)
	}
	return r, nil
}

// begin begins a file.
func (r *Recorder) begin() error {
	if err := r.files.next(); err != nil {
		return err
	}
	r.tracks, r.base = map[*Track]struct{}{}, time.Time{}
	return r.write(&line{Header: &header{Version: version, Config: r.config}})
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
	return r.files.close()
}

// Track records one machine.
type Track struct {
	recorder *Recorder
	timing   lifecycle.Timing
	world    *listener // nil: the timing has none
}

// Track returns the track of a machine that is going to have this timing, and
// the timing that it is to be made with instead, which is heard.
func (r *Recorder) Track(t *lifecycle.Timing) (*Track, *lifecycle.Timing) {
	k := &Track{recorder: r, timing: *t}
	heard := *t
	if t.World != nil {
		k.world = &listener{World: t.World}
		heard.World = k.world
	}
	return k, &heard
}

// Step steps the machine of the track, and records it.
func (k *Track) Step(m *lifecycle.Pod, now time.Time, events ...lifecycle.Event) []lifecycle.Action {
	s := &step{UID: m.Identity().UID, At: k.recorder.introduce(k, m, now)}
	if k.world != nil {
		k.world.now, k.world.draws = now, k.world.draws[:0]
	}
	for i := range events {
		s.Events = append(s.Events, eventOf(&events[i]))
	}
	actions := m.Step(now, events...)
	if k.world != nil {
		s.Draws = k.world.draws
	}
	k.recorder.put(&line{Step: s})
	return actions
}

// introduce writes a machine's snapshot, once a file, and returns how the time
// is to be written.
func (r *Recorder) introduce(k *Track, m *lifecycle.Pod, now time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.files.full() {
		r.note(r.begin())
	}
	at := r.steady(now)
	if _, ok := r.tracks[k]; ok {
		return at
	}
	snapshot, err := m.Snapshot()
	if err == nil {
		err = r.write(&line{Pod: podOf(m.Identity().UID, &k.timing, snapshot)})
	}
	if err == nil {
		r.tracks[k] = struct{}{}
	}
	r.note(err)
	return at
}

// steady is the time without the jumps of the machine's clock since the file
// was begun, which a machine that is given monotonic times does not see.
func (r *Recorder) steady(now time.Time) time.Time {
	if r.base.IsZero() {
		r.base = now
	}
	return r.base.Round(0).Add(now.Sub(r.base)).UTC()
}

func (r *Recorder) put(l *line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(r.write(l))
}

func (r *Recorder) note(err error) {
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("flight: %w", err)
	}
}

// write appends a line.
func (r *Recorder) write(l *line) error {
	data, err := wire.Marshal(l)
	if err != nil {
		return err
	}
	return r.files.write(append(data, '\n'))
}
