package scenario

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"

	"github.com/podclock/podclock/lifecycle/apiserver"
)

// Manifest is a file of Kubernetes objects, some of which hold pods.
type Manifest struct {
	// File names the manifest in errors.
	File string

	all       []*Object // that hold pods
	others    []string  // the kinds of the other objects, for the error about no pod
	faults    []fault
	namespace string // of the objects that can be chosen; empty for any
}

// Object is one object of a manifest that holds a pod: the pod itself, or a
// workload with a pod template.
type Object struct {
	// Kind, Name and Namespace are those of the object's own metadata.
	Kind, Name, Namespace string
	// File and Line are where the object begins. Line counts from 1.
	File string
	Line int

	kind *kind
	doc  *document
	raw  json.RawMessage
	path string // of the object in its document; not empty only in a List
	// deleting says that the object is a pod with a deletionTimestamp, such as one
	// read from a cluster.
	deleting bool
}

// String returns Kind/name, as kubectl writes it, and the namespace unless it is the
// default one.
func (o *Object) String() string {
	if o.Namespace != "" && o.Namespace != metav1.NamespaceDefault {
		return o.Kind + "/" + o.Name + " in namespace " + o.Namespace
	}
	return o.Kind + "/" + o.Name
}

// ReadManifest reads a manifest file of at most 16 MiB: YAML of one or more
// documents, or JSON, in UTF-8, or in UTF-16 with a byte order mark. It skips objects
// that hold no pod. It is an error if no object holds one. Other faults are left to
// [Manifest.Find] and [Manifest.Warnings]. Errors are of type [*Error], joined.
func ReadManifest(file string) (*Manifest, error) {
	data, err := readLimited(file, maxManifestSize)
	if err != nil {
		return nil, err
	}
	return ParseManifest(file, data)
}

// ReadManifestFrom is [ReadManifest] for a reader. name takes the place of the
// file's name.
func ReadManifestFrom(name string, r io.Reader) (*Manifest, error) {
	data, err := readAtMost(name, r, maxManifestSize)
	if err != nil {
		return nil, err
	}
	return ParseManifest(name, data)
}

// ParseManifest is [ReadManifest] for data already read. file names them in errors.
func ParseManifest(file string, data []byte) (*Manifest, error) {
	data, err := toUTF8(file, data)
	if err != nil {
		return nil, err
	}
	return manifestOf(file, documents(file, data))
}

// manifestOf makes a manifest of documents. It is an error if they hold no pod.
func manifestOf(file string, docs []*document) (*Manifest, error) {
	m := &Manifest{File: file}
	for _, d := range docs {
		m.addDocument(d)
	}
	if err := m.checkPods(); err != nil {
		return nil, err
	}
	return m, nil
}

// addDocument adds the objects of a document. Its own fault is one of the manifest, unless
// it holds objects with pods, which then have it.
func (m *Manifest) addDocument(d *document) {
	objects, faults := len(m.all), len(m.faults)
	if d.json != nil {
		m.add(d, d.json, "", header{})
	}
	if d.fault != nil && len(m.all) == objects {
		podless := d.json != nil && len(m.faults) == faults
		m.faults = append(m.faults, fault{err: d.fault, podless: podless})
	}
}

// checkPods returns an error if no object holds a pod. If that can be because of faults,
// it is about them.
func (m *Manifest) checkPods() error {
	if len(m.all) > 0 {
		return nil
	}
	if err := m.doubts(); err != nil {
		return err
	}
	have := "it is empty"
	if len(m.others) > 0 {
		have = "it holds " + strings.Join(m.others, ", ")
	}
	return m.Locate(noPod(fmt.Sprintf("no pod: %s; give a file with a %s", have, strings.Join(kindNames(), ", "))))
}

// header has the fields by which every Kubernetes object is recognised, and two by
// which a scenario is.
type header struct {
	APIVersion string          `json:"apiVersion"`
	Kind       string          `json:"kind"`
	Metadata   json.RawMessage `json:"metadata"`
	Items      json.RawMessage `json:"items"`
	Apps       json.RawMessage `json:"apps"` // only scenarios have this and the next
	Manifest   json.RawMessage `json:"manifest"`
}

// missing returns the cure for a document that is no object.
func (h *header) missing() string {
	switch {
	case h.Apps != nil || h.Manifest != nil:
		return "it looks like a scenario; give the manifest alone"
	case h.Kind != "":
		return "give it apiVersion"
	case h.APIVersion != "":
		return "give it kind"
	}
	return "give it apiVersion and kind"
}

// add adds one object, or each item of a list, and the faults of those that are none.
// Items of typed lists omit apiVersion and kind; they have those of inherited.
func (m *Manifest) add(d *document, raw json.RawMessage, at string, inherited header) {
	var h header
	err := kjson.UnmarshalCaseSensitivePreserveInts(raw, &h)
	missing := h.missing()
	if h.Kind == "" && h.APIVersion == "" {
		h.APIVersion, h.Kind = inherited.APIVersion, inherited.Kind
	}
	if err != nil || h.Kind == "" || h.APIVersion == "" {
		m.fault(&Error{File: d.file, Line: d.lineOf(at), Msg: "not a Kubernetes object: " + missing})
		return
	}
	itemKind, isList := strings.CutSuffix(h.Kind, "List")
	k := kindOf(h.APIVersion, h.Kind)
	switch {
	case isList && h.Items != nil:
		m.addItems(d, h, at, header{APIVersion: h.APIVersion, Kind: itemKind})
	case h.Kind == "List": // it has no items
	case k == nil:
		m.other(h)
	default:
		m.addObject(d, raw, at, h, k)
	}
}

// addObject adds an object that holds a pod.
func (m *Manifest) addObject(d *document, raw json.RawMessage, at string, h header, k *kind) {
	var meta metav1.ObjectMeta
	if h.Metadata != nil {
		if err := d.decode(h.Metadata, join(at, "metadata"), &meta); err != nil {
			m.fault(err)
			return
		}
	}
	o := &Object{Kind: h.Kind, Name: meta.Name, Namespace: meta.Namespace, File: d.file, kind: k, doc: d, raw: raw,
		path: at}
	o.deleting = k.template == "" && meta.DeletionTimestamp != nil
	if o.Name == "" {
		o.Name = strings.TrimSuffix(meta.GenerateName, "-")
	}
	o.Line = d.lineOf(join(at, "apiVersion"))
	m.all = append(m.all, o)
}

func (m *Manifest) addItems(d *document, list header, at string, inherited header) {
	var items []json.RawMessage
	if err := json.Unmarshal(list.Items, &items); err != nil {
		m.fault(&Error{File: d.file, Line: d.lineOf(join(at, "items")),
			Msg: list.Kind + ": items is no list; begin each item with \"- \""})
	}
	for i, raw := range items {
		m.add(d, raw, item(join(at, "items"), i), inherited)
	}
}

// other remembers the kind of an object that holds no pod, with its group: there are
// kinds of one name in several.
func (m *Manifest) other(h header) {
	name := h.Kind
	if strings.Contains(h.APIVersion, "/") {
		name += " of " + h.APIVersion
	}
	if k := kindNamed(h.Kind); k != nil {
		name = fmt.Sprintf("%s of %s (podclock takes %s of %s)", h.Kind, h.APIVersion, k.name, k.apiVersion)
	}
	for _, o := range m.others {
		if o == name {
			return
		}
	}
	m.others = append(m.others, name)
}

// Objects returns the objects that hold pods, in the order of the file.
func (m *Manifest) Objects() []*Object {
	if m.namespace == "" {
		return m.all
	}
	var objects []*Object
	for _, o := range m.all {
		if cmp.Or(o.Namespace, metav1.NamespaceDefault) == m.namespace {
			objects = append(objects, o)
		}
	}
	return objects
}

// Pod decodes the object and returns its pod, which has the object's name. Unknown
// fields are errors, as they are for kubectl, and so is a restart policy that the
// kind forbids. Pod does not validate the pod, which the simulator does; pass the
// simulator's errors to [Object.Locate].
func (o *Object) Pod() (*corev1.Pod, error) {
	if o.doc.fault != nil {
		return nil, o.doc.fault
	}
	meta, template, err := o.kind.read(o.doc, o.raw, o.path)
	if err != nil {
		return nil, err
	}
	if template == nil {
		return nil, &Error{File: o.File, Line: o.Line, Msg: o.String() + ": spec.template is missing; add it"}
	}
	if o.Name == "" {
		return nil, &Error{File: o.File, Line: o.Line, Msg: o.Kind + ": metadata.name is missing; add it"}
	}
	if fe := o.kind.checkPolicy(template.Spec.RestartPolicy); fe != nil {
		return nil, o.Locate(fe)
	}
	pod := &corev1.Pod{ObjectMeta: template.ObjectMeta, Spec: template.Spec}
	pod.APIVersion, pod.Kind = "v1", "Pod"
	pod.Name, pod.GenerateName, pod.Namespace = o.Name, "", meta.Namespace
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = nil, nil // as the API server does when it creates a pod
	pod.Namespace = cmp.Or(pod.Namespace, metav1.NamespaceDefault)
	return pod, nil
}

// Locate finds the lines that an error about the pod is about. Every [field.Error]
// in it becomes an [*Error] at the line of its field, every other error one at the
// line of the object.
func (o *Object) Locate(err error) error {
	p := o.placed(err)
	return p.err()
}

// Warnings returns the findings of [apiserver.Warnings] in a pod of the object, each
// at its line: the API server accepts them, and they can never work. It also warns
// of fields that are ignored or not played.
func (o *Object) Warnings(pod *corev1.Pod) []*Error {
	p := o.placed(apiserver.Warnings(pod).ToAggregate())
	o.warnUnplayed(&p)
	if o.deleting {
		at := prefixed(o.path, "metadata.deletionTimestamp")
		p.addf(o.doc.lineOf(at), "%s: ignored, as it is when a pod is created; to delete it, write at: {TIME: delete}", at)
	}
	p.sort()
	return p.list
}

func (o *Object) placed(err error) problems {
	p := problems{file: o.File}
	for _, e := range flatten(err) {
		var fe *field.Error
		if !errors.As(e, &fe) {
			p.addf(o.Line, "%s: %v", o, e)
			continue
		}
		at := prefixed(o.path, o.fieldOf(fe.Field))
		p.addf(o.doc.lineOf(at), "%s: %s%s", at, fe.ErrorBody(), cureOf(fe))
	}
	return p
}

// fieldOf returns the field of the object from which a field of its pod comes.
func (o *Object) fieldOf(pod string) string {
	switch pod {
	case "metadata.name", "metadata.namespace":
		return pod // a pod has its object's name and namespace
	}
	return prefixed(o.kind.template, pod)
}

// flatten lists the single errors in a joined or aggregated one.
func flatten(err error) []error {
	for e := err; e != nil; e = errors.Unwrap(e) {
		switch many := e.(type) {
		case *field.Error:
			return []error{e}
		case interface{ Unwrap() []error }:
			return flattenAll(many.Unwrap())
		case interface{ Errors() []error }:
			return flattenAll(many.Errors())
		}
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

func flattenAll(errs []error) []error {
	var all []error
	for _, e := range errs {
		all = append(all, flatten(e)...)
	}
	return all
}
