package scenario

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	yamlv3 "go.yaml.in/yaml/v3"

	"github.com/podclock/podclock"
)

// Scenario is a story to be played: what a scenario file says, or a manifest
// alone.
type Scenario struct {
	File string
	// Options are ready for [podclock.Run]. They may be changed before [Scenario.Run].
	Options podclock.Options
	// TimingName is "ideal" or "kubelet".
	TimingName string

	objects []*Object // of Options.Pods
	checks  []check
}

// Read reads a scenario file of at most 1 MiB and the manifests it names, or a
// manifest file, which makes a scenario of its only pod in which every app
// runs for ever. ref chooses the object, as [Manifest.Find] takes it, where the
// file does not: a manifest with several, for example. Errors are of type
// [*Error], joined; nothing that Read accepts is refused by [Scenario.Run].
func Read(file, ref string) (*Scenario, error) {
	data, err := readLimited(file, maxManifestSize)
	if err != nil {
		return nil, err
	}
	open := func(name string) ([]byte, error) { return readLimited(name, maxManifestSize) }
	return Parse(file, data, ref, open)
}

// Parse is [Read] for data already read. file is the name that errors give and
// that relative paths count from; open reads the manifests, nil allows none.
func Parse(file string, data []byte, ref string, open func(file string) ([]byte, error)) (*Scenario, error) {
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

// isManifest reports whether a file's first object says what a Kubernetes
// object says of itself. Whatever else a scenario is, it has no kind.
func isManifest(data []byte) bool {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if trimmed := bytes.TrimSpace(data); bytes.HasPrefix(trimmed, []byte("{")) {
		var h header
		_ = json.NewDecoder(bytes.NewReader(trimmed)).Decode(&h) // what is no JSON is no manifest
		return h.Kind != ""
	}
	begun := false
	for line := range bytes.Lines(data) {
		switch {
		case bytes.HasPrefix(line, []byte("apiVersion:")), bytes.HasPrefix(line, []byte("kind:")):
			return true
		case isMarker(line) && begun:
			return false
		case len(bytes.TrimSpace(line)) > 0 && line[0] != '#' && !isMarker(line):
			begun = true
		}
	}
	return false
}

// parseManifest makes the scenario of a manifest alone.
func parseManifest(file string, data []byte, ref string) (*Scenario, error) {
	m, err := ParseManifest(file, data)
	if err != nil {
		return nil, err
	}
	object, err := m.Find(ref)
	if err != nil {
		return nil, &Error{File: file, Line: 1, Msg: err.Error() + manifestCure(ref)}
	}
	pod, err := object.Pod()
	if err != nil {
		return nil, err
	}
	if err := validate(pod); err != nil {
		return nil, object.Locate(err)
	}
	s := &Scenario{File: file, TimingName: "ideal", objects: []*Object{object}}
	s.Options.Pods = []podclock.Pod{{Manifest: pod}}
	return s, s.tryOut()
}

func manifestCure(ref string) string {
	if ref == "" {
		return ", with --object"
	}
	return ""
}

// tryOut makes the simulation once, so that what it refuses is found while
// reading.
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

// Run plays the scenario.
func (s *Scenario) Run() (*podclock.Result, error) {
	result, err := podclock.Run(s.Options)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", s.File, err)
	}
	return result, nil
}

// reader reads one scenario file.
type reader struct {
	problems
	doc       *document
	rest      *Manifest // the documents after the first; nil if there are none
	open      func(string) ([]byte, error)
	ref       string
	manifests map[string]*Manifest
	scenario  *Scenario
}

// take takes over errors of another reading. Those that have no place get line.
func (r *reader) take(err error, line int) {
	for _, e := range flatten(err) {
		var placed *Error
		if errors.As(e, &placed) {
			r.list = append(r.list, placed)
			continue
		}
		r.addf(line, "%v", e)
	}
}

// readRest takes the documents after the scenario as its manifest.
func (r *reader) readRest(docs []*document) error {
	if len(docs) == 0 {
		return nil
	}
	m := &Manifest{file: r.file}
	for _, d := range docs {
		if err := m.add(d, d.json, "", header{}); err != nil {
			return err
		}
	}
	if len(m.objects) == 0 {
		return m.noPod(len(docs))
	}
	r.rest = m
	return nil
}

// part returns the JSON of a document at a path.
func (d *document) part(path string) (json.RawMessage, bool) {
	raw := json.RawMessage(d.json)
	for _, segment := range strings.FieldsFunc(path, func(c rune) bool { return c == '.' || c == '[' }) {
		index := 0
		if _, err := fmt.Sscanf(segment, "%d]", &index); err == nil {
			var items []json.RawMessage
			if json.Unmarshal(raw, &items) != nil || index >= len(items) {
				return nil, false
			}
			raw = items[index]
			continue
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) != nil || fields[segment] == nil {
			return nil, false
		}
		raw = fields[segment]
	}
	return raw, true
}

// read reads the first document: first the pods, by which the rest is checked.
func (r *reader) read() {
	var root yamlv3.Node
	if err := yamlv3.Unmarshal(r.doc.text, &root); err != nil || len(root.Content) == 0 {
		r.doc.broken(&r.problems, errors.Join(err))
		return
	}
	shift(&root, r.doc.line-1, 0)
	top := value{p: &r.problems, node: root.Content[0], path: ""}
	if !top.isMapping() {
		r.addf(top.at(), "a scenario is made of keys; write at least manifest: FILE")
		return
	}
	var part podPart
	var pods, at, expect value
	known := part.fields()
	r.worldFields(known)
	keep := func(into *value) fieldReader { return func(v value) { *into = v } }
	known["pods"], known["at"], known["expect"] = keep(&pods), keep(&at), keep(&expect)
	top.fields(known)

	if pods.given() {
		for _, v := range []value{part.manifest, part.object, part.apps, part.sandbox, part.replicas} {
			if v.given() {
				v.wrong("stands beside pods; move it into an item of pods")
			}
		}
		r.podsList(pods)
	} else {
		r.chosen(&part)
		r.addPod(&part, top, map[string]int{})
	}
	if len(r.scenario.Options.Pods) == 0 {
		return // the reason is reported; what follows would only add to it
	}
	if at.given() {
		r.scenario.Options.Facts = at.facts(r.scenario.Options.Pods)
	}
	if expect.given() {
		r.scenario.checks = expect.expectations(r.scenario.Options.Pods)
	}
}

// chosen lets the caller's choice of an object take the place of the file's.
func (r *reader) chosen(part *podPart) {
	if r.ref != "" {
		line := 1
		if part.object.given() {
			line = part.object.at()
		}
		part.object = value{p: &r.problems, path: "object", node: &yamlv3.Node{Kind: yamlv3.ScalarNode, Tag: "!!str", Value: r.ref, Line: line}}
	}
}

// maxDepth bounds the nesting of a scenario, which needs no more than ten
// levels besides an inline manifest.
const maxDepth = 200

// shift moves the lines of a document to where it stands in its file.
func shift(n *yamlv3.Node, by, depth int) {
	n.Line += by
	if depth > maxDepth {
		return
	}
	for _, c := range n.Content {
		shift(c, by, depth+1)
	}
}

// worldFields are the keys that concern the whole simulation.
func (r *reader) worldFields(known map[string]fieldReader) {
	o := &r.scenario.Options
	known["for"] = func(v value) {
		o.For = v.duration()
		if _, problem := parseDuration(v.text()); problem == "" && o.For == 0 {
			v.wrong("a story of no length; write a time such as 10m")
		}
	}
	known["start"] = func(v value) {
		start, err := time.Parse(time.RFC3339, v.text())
		if err != nil {
			v.wrong("%s is no date; write it as 2026-01-31T12:00:00Z", v.describe())
		}
		o.Start = start
	}
	known["timing"] = func(v value) {
		if name := v.oneOf("ideal", "kubelet"); name != "" {
			r.scenario.SetTiming(name)
		}
	}
	known["seed"] = func(v value) { o.Seed = v.unsigned() }
	known["images"] = func(v value) { o.Images = v.images() }
	known["latency"] = func(v value) { o.Latency = v.latency() }
	known["parallelPulls"] = func(v value) { o.ParallelPulls = v.boolean() }
	known["maxContainerRestartPeriod"] = func(v value) { o.Config.Restart.MaxContainerRestartPeriod = v.duration() }
}

// SetTiming chooses the timing by name: "ideal" or "kubelet".
func (s *Scenario) SetTiming(name string) {
	s.TimingName, s.Options.Timing = name, nil
	if name == "kubelet" {
		s.Options.Timing = podclock.KubeletTiming
	}
}

// SetReplicas chooses how many pods of the scenario's only object there are.
// It is an error if the scenario has several, or names some that would no
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
