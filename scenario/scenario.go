package scenario

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/podclock/podclock"
)

// Scenario is input for one simulation, read from a scenario file or a manifest.
type Scenario struct {
	// File names the scenario in errors.
	File string
	// Options are those that [Scenario.Run] gives to [podclock.Run]. The caller may
	// change them before.
	Options podclock.Options
	// TimingName is "ideal" or "kubelet".
	TimingName string
	// Object is the object of a manifest of which the scenario was made. If nil, it was
	// read from a scenario file.
	Object *Object

	objects  []*Object // of Options.Pods
	checks   []check
	warnings []*Error // about what is not played
	// factPlaces is where the file has the facts of Options.Facts.
	factPlaces []place
}

// Choice selects objects of a manifest. The zero Choice selects all.
type Choice struct {
	// Object is as [Manifest.Select] takes it. If empty, it selects any object.
	Object string
	// Namespace is as [Manifest.In] takes it. If empty, it selects any namespace.
	Namespace string
}

// Read reads a scenario file of at most 1 MiB and the manifests that it names, or a
// manifest file. A manifest makes a scenario of its only pod, in which every app runs
// for ever and those of a job end well at once.
//
// ref chooses the object, as [Manifest.Find] takes it. If it is empty, the file
// chooses. Errors are of type [*Error], joined. [Scenario.Run] accepts whatever Read
// accepts, unless a fact comes after the end that the caller or the default sets.
func Read(file, ref string) (*Scenario, error) {
	data, err := readLimited(file, maxManifestSize)
	if err != nil {
		return nil, err
	}
	return Parse(file, data, ref, openFile)
}

// ReadAll is [Read] for all that is chosen of a file. A manifest makes a scenario of each
// object. A scenario file makes one scenario, whose object the choice replaces.
func ReadAll(file string, c Choice) ([]*Scenario, error) {
	data, err := readLimited(file, maxManifestSize)
	if err != nil {
		return nil, err
	}
	return parseAll(file, data, c, openFile)
}

// ReadAllFrom is [ReadAll] for a reader. name takes the place of the file's name: paths
// of manifests are relative to its folder.
func ReadAllFrom(name string, r io.Reader, c Choice) ([]*Scenario, error) {
	data, err := readAtMost(name, r, maxManifestSize)
	if err != nil {
		return nil, err
	}
	return parseAll(name, data, c, openFile)
}

func openFile(name string) ([]byte, error) { return readLimited(name, maxManifestSize) }

// Parse is [Read] for data already read. file names them in errors, and paths of
// manifests are relative to its folder. open reads the manifests. If it is nil, the
// scenario must not name any.
func Parse(file string, data []byte, ref string, open func(file string) ([]byte, error)) (*Scenario, error) {
	data, err := toUTF8(file, data)
	if err != nil {
		return nil, err
	}
	if !isManifest(data) {
		return parseScenario(file, data, Choice{Object: ref}, open)
	}
	m, err := ParseManifest(file, data)
	if err != nil {
		return nil, err
	}
	object, err := m.Find(ref)
	if err != nil {
		return nil, m.Locate(err)
	}
	return object.scenario(m.Warnings(object))
}

func parseAll(file string, data []byte, c Choice, open func(file string) ([]byte, error)) ([]*Scenario, error) {
	data, err := toUTF8(file, data)
	if err != nil {
		return nil, err
	}
	if isManifest(data) {
		return scenariosOf(file, data, c)
	}
	s, err := parseScenario(file, data, c, open)
	if err != nil {
		return nil, err
	}
	return []*Scenario{s}, nil
}

func parseScenario(file string, data []byte, c Choice, open func(string) ([]byte, error)) (*Scenario, error) {
	if len(data) > maxScenarioSize {
		return nil, &Error{File: file, Line: 1, Msg: "a scenario larger than 1 MiB: put its manifest into a file of its own"}
	}
	docs := documents(file, data)
	if len(docs) == 0 {
		return nil, &Error{File: file, Line: 1, Msg: "empty: write at least manifest: FILE, or give a manifest"}
	}
	if docs[0].fault != nil {
		return nil, docs[0].fault
	}
	r := &reader{problems: problems{file: file}, doc: docs[0], open: open, choice: c}
	r.scenario = &Scenario{File: file, TimingName: "ideal"}
	if err := r.readRest(docs[1:]); err != nil {
		return nil, err
	}
	r.read()
	if err := r.err(); err != nil {
		return nil, err
	}
	for _, m := range r.manifests {
		r.scenario.warnings = append(r.scenario.warnings, m.Warnings(r.scenario.objects...)...)
	}
	return r.scenario, r.scenario.tryOut()
}

// isManifest reports whether the first document of a file in UTF-8 has the kind or the
// apiVersion of a Kubernetes object. A scenario has neither key.
func isManifest(data []byte) bool {
	for _, d := range split("", data) {
		if text := d.content(); len(text) > 0 {
			return hasHeader(text)
		}
	}
	return false
}

// hasHeader reports whether a document has a key kind or apiVersion. It reads no more of
// one in block style than its lines, which may be no valid YAML.
func hasHeader(text []byte) bool {
	if text[0] == '{' {
		var h header
		if json.NewDecoder(bytes.NewReader(text)).Decode(&h) != nil {
			_ = yaml.Unmarshal(text, &h) // what is no YAML has no header
		}
		return h.Kind != "" || h.APIVersion != ""
	}
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(line, []byte("apiVersion:")) || bytes.HasPrefix(line, []byte("kind:")) {
			return true
		}
	}
	return false
}

// scenariosOf makes a scenario of each chosen object of a manifest. The first one warns
// of what is not chosen.
func scenariosOf(file string, data []byte, c Choice) ([]*Scenario, error) {
	m, err := ParseManifest(file, data)
	if err != nil {
		return nil, err
	}
	objects, err := m.In(c.Namespace).Select(c.Object)
	if err != nil {
		return nil, m.Locate(err)
	}
	p := problems{file: file}
	warnings := m.Warnings(objects...)
	var all []*Scenario
	for _, o := range objects {
		s, err := o.scenario(warnings)
		p.take(err, o.Line)
		all, warnings = append(all, s), nil
	}
	return all, p.err()
}

// scenario makes a scenario of the object, without a scenario file.
func (o *Object) scenario(warnings []*Error) (*Scenario, error) {
	pod, err := o.valid()
	if err != nil {
		return nil, err
	}
	s := &Scenario{File: o.File, TimingName: "ideal", Object: o, objects: []*Object{o}, warnings: warnings}
	s.Options.Pods = []podclock.Pod{{Manifest: pod, Apps: o.endJob(pod, nil)}}
	return s, s.tryOut()
}

// tryOut makes the simulation once, so that Read returns the errors that Run would
// return.
func (s *Scenario) tryOut() error {
	_, err := podclock.New(s.Options)
	if err == nil {
		return nil
	}
	p := problems{file: s.File}
	for _, msg := range strings.Split(err.Error(), "\n") {
		p.addf(1, "%s", strings.TrimPrefix(msg, "podclock: "))
	}
	return p.err()
}

// Run plays the scenario and returns its result. It does not check expectations; see
// [Scenario.Check].
func (s *Scenario) Run() (*podclock.Result, error) { return s.RunContext(context.Background()) }

// RunContext is [Scenario.Run] until ctx is done. It then returns what the scenario has
// come to, and the cause.
func (s *Scenario) RunContext(ctx context.Context) (*podclock.Result, error) {
	p := problems{file: s.File}
	for _, at := range s.factPlaces {
		p.within(cmp.Or(s.Options.For, podclock.DefaultFor), at)
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	result, err := podclock.RunContext(ctx, s.Options)
	if err != nil {
		err = fmt.Errorf("%s:1: %w", s.File, err)
	}
	return result, err
}

// Warnings returns the parts of the pods that the API server accepts and that can
// never work, such as a probe of a port name that no port has. [Scenario.Run] plays
// the pods with them, as a kubelet would. It also returns what is wrong with the parts of
// the manifests that are not played.
func (s *Scenario) Warnings() []*Error {
	all := slices.Clone(s.warnings)
	for i, o := range s.objects {
		all = append(all, o.Warnings(s.Options.Pods[i].Manifest)...)
	}
	return all
}

// Objects returns the objects that hold the pods of Options.Pods, in their order.
func (s *Scenario) Objects() []*Object { return s.objects }

// SetTiming chooses the timing by name: "ideal" or "kubelet".
func (s *Scenario) SetTiming(name string) {
	s.TimingName, s.Options.Timing = name, nil
	if name == "kubelet" {
		s.Options.Timing = podclock.KubeletTiming
	}
}

// SetReplicas sets how many replicas of the scenario's only pod are played. It is an
// error if the scenario has several pods, or if it names a replica that would no
// longer exist.
func (s *Scenario) SetReplicas(n int) error {
	switch {
	case n < 1 || n > maxReplicas:
		return fmt.Errorf("%d is out of range; give a number from 1 to %d", n, maxReplicas)
	case len(s.Options.Pods) != 1:
		return fmt.Errorf("%s makes %d pods; change it there", s.File, len(s.Options.Pods))
	}
	s.Options.Pods[0].Replicas = n
	return s.tryOut()
}
