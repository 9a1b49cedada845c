package flight

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/internal/wire"
	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// ErrCut is the error for a file whose last line is incomplete, because the process
// that wrote it was killed. Everything before that line was played, and the next file
// can be played.
var ErrCut = errors.New("the last line is cut off")

// Player plays the files of one recording. The zero value is ready. The files must be
// played in their order.
type Player struct {
	// Filter selects the records of the timeline.
	Filter timeline.Filter
	// View says whose statuses the timeline has.
	View lifecycle.View
	// Pod is the "namespace/name" of the only pod in the timeline. If empty, the
	// timeline has all pods. If several pods have one name, it adds the UID to the name
	// of all but the first.
	Pod string

	log      *timeline.Timeline
	machines map[types.UID]*played
	began    bool // the header of the present file was read
	file     int  // the number of the present file
	missing  []int
	named    map[string]types.UID // the first pod of each name, which has the name alone
}

// played is one machine of the recording.
type played struct {
	pod    *lifecycle.Pod
	config lifecycle.Config
	chance replayedChance
	track  *timeline.Track
	given  []lifecycle.Event
}

// Missing returns the numbers of the files before the present one that were not
// played. The timeline does not show what happened in them.
func (p *Player) Missing() []int { return p.missing }

// Timeline returns the records so far, or nil if no step was played.
func (p *Player) Timeline() *timeline.Timeline { return p.log }

// Play plays one file. The error names the line that is wrong. If it is [ErrCut],
// every complete line was played.
func (p *Player) Play(r io.Reader) error {
	p.began = false
	in := bufio.NewReader(r)
	for n := 1; ; n++ {
		data, err := readLine(in)
		switch {
		case err == io.EOF && len(data) == 0 && n == 1:
			return fmt.Errorf("flight: there is nothing in it: give a file of a flight.Recorder, unless this is one of an "+
				"agent that was killed: %w", ErrCut)
		case err == io.EOF && len(data) == 0:
			return nil
		case err == io.EOF:
			return fmt.Errorf("flight: line %d: %w", n, ErrCut)
		case err != nil:
			return fmt.Errorf("flight: line %d: %w", n, err)
		}
		if err := p.line(bytes.TrimSuffix(data, []byte("\n"))); err != nil {
			return fmt.Errorf("flight: line %d: %w", n, err)
		}
	}
}

// maxLine is the length of the longest line that is read, in bytes. It is far more
// than the snapshot of any pod that an API server accepts.
const maxLine = 64 << 20

// readLine reads up to the end of the next line.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			return nil, fmt.Errorf("longer than %d bytes: is it a recording of podclock?", maxLine)
		}
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

func (p *Player) line(data []byte) error {
	var l line
	if err := wire.Unmarshal(data, &l); err != nil {
		if !p.began {
			return fmt.Errorf("%w: is it a recording of podclock?", err)
		}
		return err
	}
	switch {
	case l.Header != nil:
		return p.begin(l.Header)
	case !p.began:
		return errors.New("no header: is it a recording of podclock, from its first line?")
	case l.Pod != nil:
		return p.introduce(l.Pod)
	case l.Step != nil:
		return p.step(l.Step)
	}
	return errors.New("an empty line: the file was changed")
}

// maxFile is the highest number of a file. At one file a minute it lasts two years.
const maxFile = 1_000_000

func (p *Player) begin(h *header) error {
	if h.Version != version {
		return fmt.Errorf("version %d: this release plays %d alone", h.Version, version)
	}
	if h.File <= p.file {
		return fmt.Errorf("file %d of its recording, after file %d: give each once, the oldest first", h.File, p.file)
	}
	if h.File > maxFile {
		return fmt.Errorf("file %d of its recording: a recording has at most %d: the file was changed", h.File, maxFile)
	}
	for n := p.file + 1; n < h.File; n++ {
		p.missing = append(p.missing, n)
	}
	p.began, p.file = true, h.File
	if p.machines == nil {
		p.machines = map[types.UID]*played{}
	}
	return nil
}

func (p *Player) introduce(l *pod) error {
	m := &played{config: l.Config}
	var err error
	if m.pod, err = lifecycle.Restore(l.Snapshot, l.Config, l.timing(&m.chance)); err != nil {
		return err
	}
	if before := p.machines[l.UID]; before != nil {
		m.track = before.track
	}
	p.machines[l.UID] = m
	return nil
}

// The years in which a step can be. JSON has no times after the year 9999, and a
// machine adds its delays to the step's own.
const firstYear, lastYear = 1970, 9000

func (p *Player) step(s *step) error {
	m := p.machines[s.UID]
	if m == nil {
		return fmt.Errorf("a step of the pod with UID %q, of which there is no snapshot: play the file from its beginning",
			s.UID)
	}
	if y := s.At.Year(); y < firstYear || y > lastYear {
		return fmt.Errorf("at: %s: must be in a year from %d to %d", s.At.Format(time.RFC3339Nano), firstYear, lastYear)
	}
	p.track(m, s.At)
	m.given = m.given[:0]
	for i := range s.Events {
		ev, err := s.Events[i].event(m.config)
		if err != nil {
			return fmt.Errorf("events[%d]: %w", i, err)
		}
		if err := m.pod.Check(&ev); err != nil {
			return fmt.Errorf("events[%d]: pod %s: %w", i, m.pod.Identity(), err)
		}
		m.given = append(m.given, ev)
		if m.track == nil {
			continue
		}
		if r, ok := m.pod.FactRecord(s.At, &ev); ok {
			m.track.Add(r)
		}
	}
	m.chance.now, m.chance.draws, m.chance.diverged = s.At, s.Draws, false
	actions := m.pod.Step(s.At, m.given...)
	if m.chance.diverged || len(m.chance.draws) > 0 {
		return fmt.Errorf("pod %s at %s: the machine does not do what it did when it was recorded: the file was changed, "+
			"or another release has recorded it",
			m.pod.Identity(), s.At.Format(time.RFC3339Nano))
	}
	if m.track == nil {
		return nil
	}
	for i := range actions {
		if r, ok := m.pod.ActionRecord(s.At, &actions[i], p.View); ok {
			m.track.Add(r)
		}
	}
	p.log.Close(s.At)
	return nil
}

// track gives the machine its track of the timeline, unless Pod leaves it out. The
// timeline begins with the first step that it shows.
func (p *Player) track(m *played, at time.Time) {
	id := m.pod.Identity()
	name := id.Namespace + "/" + id.Name
	if m.track != nil || p.Pod != "" && p.Pod != name {
		return
	}
	if p.log == nil {
		p.log, p.named = timeline.NewFiltered(at, p.Filter), map[string]types.UID{}
	}
	if first, ok := p.named[name]; !ok {
		p.named[name] = id.UID
	} else if first != id.UID {
		name += " " + string(id.UID)
	}
	m.track = p.log.Track(name)
}
