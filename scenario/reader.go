package scenario

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	yamlv3 "go.yaml.in/yaml/v3"

	"github.com/podclock/podclock"
)

// reader reads one scenario file.
type reader struct {
	problems
	doc       *document
	rest      *Manifest // of the documents after the first; nil without any
	open      func(string) ([]byte, error)
	choice    Choice
	manifests []*Manifest // of the documents after the first, and of other files
	scenario  *Scenario
}

// readRest reads the documents after the scenario as its manifest.
func (r *reader) readRest(docs []*document) error {
	if len(docs) == 0 {
		return nil
	}
	var err error
	if r.rest, err = manifestOf(r.file, docs); err != nil {
		return err
	}
	r.manifests = append(r.manifests, r.rest)
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

// read reads the first document. It begins with the pods, since facts and
// expectations may name only pods and containers that exist.
func (r *reader) read() {
	var root yamlv3.Node
	if err := yamlv3.Unmarshal(r.doc.text, &root); err != nil {
		r.doc.broken(&r.problems, err)
		return
	}
	if len(root.Content) == 0 {
		r.addf(r.doc.line, "empty: write at least manifest: FILE")
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
		for _, v := range part.values() {
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
		return // the reason is reported, and all names below would be unknown
	}
	if at.given() {
		r.facts(at)
	}
	if expect.given() {
		r.scenario.checks = expect.expectations(&r.scenario.Options)
	}
}

// facts reads the section at. A fact after the end of a scenario that has its own would
// never happen.
func (r *reader) facts(v value) {
	o := &r.scenario.Options
	o.Facts, r.scenario.factPlaces = v.facts(o.Pods)
	for _, at := range r.scenario.factPlaces {
		if o.For > 0 {
			r.within(o.For, at)
		}
	}
}

// chosen replaces the file's choice of an object by the caller's, if there is one.
func (r *reader) chosen(part *podPart) {
	replace := func(v *value, path, text string) {
		if text == "" {
			return
		}
		line := 1
		if v.given() {
			line = v.at()
		}
		node := &yamlv3.Node{Kind: yamlv3.ScalarNode, Tag: "!!str", Value: text, Line: line}
		*v = value{p: &r.problems, path: path, node: node}
	}
	replace(&part.object, "object", r.choice.Object)
	replace(&part.namespace, "namespace", r.choice.Namespace)
}

// maxDepth bounds the nesting of a scenario. Ten levels are enough, but for an
// inline manifest.
const maxDepth = 200

// shift adds the document's offset in its file to the line of each node.
func shift(n *yamlv3.Node, by, depth int) {
	n.Line += by
	if depth > maxDepth {
		return
	}
	for _, c := range n.Content {
		shift(c, by, depth+1)
	}
}

// worldFields adds the readers of the keys that concern the whole simulation.
func (r *reader) worldFields(known map[string]fieldReader) {
	o := &r.scenario.Options
	known["for"] = func(v value) {
		o.For = v.duration()
		if _, problem := parseDuration(v.text()); problem == "" && o.For == 0 {
			v.wrong("a story of no length; write a time such as 10m")
		}
	}
	known["start"] = func(v value) { o.Start = v.start() }
	known["timing"] = func(v value) {
		if name := v.oneOf("ideal", "kubelet"); name != "" {
			r.scenario.SetTiming(name)
		}
	}
	known["seed"] = func(v value) { o.Seed = v.unsigned() }
	known["images"] = func(v value) { o.Images = v.images() }
	known["latency"] = func(v value) { o.Latency = v.latency() }
	known["parallelPulls"] = func(v value) { o.ParallelPulls = v.boolean() }
	known["noLeap"] = func(v value) { o.NoLeap = v.boolean() }
	known["kubelet"] = func(v value) { v.kubelet(&o.Config) }
	known["maxContainerRestartPeriod"] = func(v value) { o.Config.Restart.MaxContainerRestartPeriod = v.duration() }
}

// start reads the virtual time at the start. After an error it returns the zero time.
func (v value) start() time.Time {
	start, err := time.Parse(time.RFC3339, v.text())
	if err != nil {
		v.wrong("%s is no date; write it as 2026-01-31T12:00:00Z", v.describe())
		return time.Time{}
	}
	if year := start.UTC().Year(); year < podclock.FirstYear || year > podclock.LastYear {
		v.wrong("%s is outside the years %d to %d; write a date in them", v.text(), podclock.FirstYear, podclock.LastYear)
		return time.Time{}
	}
	return start
}
