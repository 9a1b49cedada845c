package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
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

	objects []*Object // of Options.Pods
	checks  []check
}

// Read reads a scenario file of at most 1 MiB and the manifests that it names, or a
// manifest file. A manifest makes a scenario of its only pod, in which every app runs
// for ever and those of a job end well at once.
//
// ref chooses the object, as [Manifest.Find] takes it. If it is empty, the file
// chooses. Errors are of type [*Error], joined. [Scenario.Run] accepts whatever Read
// accepts.
func Read(file, ref string) (*Scenario, error) {
	data, err := readLimited(file, maxManifestSize)
	if err != nil {
		return nil, err
	}
	return parseFiles(file, data, ref)
}

// ReadFrom is [Read] for a reader. name takes the place of the file's name: paths of
// manifests are relative to its folder.
func ReadFrom(name string, r io.Reader, ref string) (*Scenario, error) {
	data, err := readAtMost(name, r, maxManifestSize)
	if err != nil {
		return nil, err
	}
	return parseFiles(name, data, ref)
}

func parseFiles(file string, data []byte, ref string) (*Scenario, error) {
	open := func(name string) ([]byte, error) { return readLimited(name, maxManifestSize) }
	return Parse(file, data, ref, open)
}

// Parse is [Read] for data already read. file names them in errors, and paths of
// manifests are relative to its folder. open reads the manifests. If it is nil, the
// scenario must not name any.
func Parse(file string, data []byte, ref string, open func(file string) ([]byte, error)) (*Scenario, error) {
	data, err := toUTF8(file, data)
	if err != nil {
		return nil, err
	}
	if isManifest(data) {
		return parseManifest(file, data, ref)
	}
	if len(data) > maxScenarioSize {
		return nil, &Error{File: file, Line: 1, Msg: "a scenario larger than 1 MiB: put its manifest into a file of its own"}
	}
	docs, err := documents(file, data)
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, &Error{File: file, Line: 1, Msg: "empty: write at least manifest: FILE, or give a manifest"}
	}
	r := &reader{problems: problems{file: file}, doc: docs[0], open: open, ref: ref, manifests: map[string]*Manifest{}}
	r.scenario = &Scenario{File: file, TimingName: "ideal"}
	if err := r.readRest(docs[1:]); err != nil {
		return nil, err
	}
	r.read()
	if err := r.err(); err != nil {
		return nil, err
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

// parseManifest makes a scenario from a manifest without a scenario file.
func parseManifest(file string, data []byte, ref string) (*Scenario, error) {
	m, err := ParseManifest(file, data)
	if err != nil {
		return nil, err
	}
	object, err := m.Find(ref)
	if err != nil {
		return nil, &Error{File: file, Line: 1, Msg: err.Error()}
	}
	pod, err := object.Pod()
	if err != nil {
		return nil, err
	}
	if err := validate(pod); err != nil {
		return nil, object.Locate(err)
	}
	s := &Scenario{File: file, TimingName: "ideal", objects: []*Object{object}}
	s.Options.Pods = []podclock.Pod{{Manifest: pod, Apps: object.endJob(pod, nil)}}
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
func (s *Scenario) Run() (*podclock.Result, error) {
	result, err := podclock.Run(s.Options)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", s.File, err)
	}
	return result, nil
}

// Warnings returns the parts of the pods that the API server accepts and that can
// never work, such as a probe of a port name that no port has. [Scenario.Run] plays
// the pods with them, as a kubelet would.
func (s *Scenario) Warnings() []*Error {
	var all []*Error
	for i, o := range s.objects {
		all = append(all, o.Warnings(s.Options.Pods[i].Manifest)...)
	}
	return all
}

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
