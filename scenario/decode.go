package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"
)

// decode reads a part of the document, found at path, into a Kubernetes object
// as the API server does under strict field validation: case-sensitive, and
// unknown or repeated fields are errors.
func (d *document) decode(raw []byte, path string, into any) error {
	p := problems{file: d.file}
	strict, err := kjson.UnmarshalStrict(raw, into)
	if err != nil {
		at, cause := blame(raw, reflect.TypeOf(into).Elem(), "")
		at = prefixed(path, at)
		p.addf(d.lineOf(at), "%s: %s", at, wordDecodeError(cause, err))
	}
	for _, e := range strict {
		var fe kjson.FieldError
		if !errors.As(e, &fe) {
			p.addf(d.line, "%v", e)
			continue
		}
		at := prefixed(path, fe.FieldPath())
		if !strings.HasPrefix(e.Error(), "unknown field") {
			p.addf(d.lineOf(at), "%s: given twice; keep one", at)
			continue
		}
		parent, name := parentOf(fe.FieldPath())
		known := fieldNames(typeAt(reflect.TypeOf(into), parent))
		cure := misplaced(into, parent, name)
		if cure == "" {
			cure = hint(name, known)
		}
		p.addf(d.lineOf(at), "%s: unknown field; %s", at, cure)
	}
	return p.err()
}

// misplaced says where a field of spec belongs if only a pod has it, or only a
// workload.
func misplaced(into any, parent, name string) string {
	_, isPod := into.(*corev1.Pod)
	switch {
	case parent != "spec":
		return ""
	case isPod && (name == "template" || name == "replicas" || name == "selector"):
		return "a Pod has no such field; if this is a Deployment, write kind: Deployment and apiVersion: apps/v1"
	case !isPod && slices.Contains(fieldNames(reflect.TypeFor[corev1.PodSpec]()), name):
		return "it is of the pod; put it into the spec of the template"
	}
	return ""
}

func prefixed(prefix, path string) string {
	if prefix == "" || path == "" || path[0] == '[' {
		return prefix + path
	}
	return prefix + "." + path
}

// parentOf splits a path at its last segment.
func parentOf(path string) (parent, name string) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:]
}

// wordDecodeError describes a value that cannot be decoded and what to write
// instead.
func wordDecodeError(cause, whole error) string {
	if cause == nil {
		cause = whole
	}
	var te *json.UnmarshalTypeError
	if !errors.As(cause, &te) {
		return strings.TrimPrefix(cause.Error(), "json: ") + "; correct the value"
	}
	got, want := article(te.Value), te.Type.String()
	switch te.Type.Kind() {
	case reflect.String:
		return fmt.Sprintf("%s where text is wanted; put it in quotes", got)
	case reflect.Int32, reflect.Int64, reflect.Int:
		if te.Value == "string" {
			return "text where a whole number is wanted; remove the quotes or the unit"
		}
		return fmt.Sprintf("%s where a whole number of %d bits is wanted", got, te.Type.Bits())
	case reflect.Bool:
		return fmt.Sprintf("%s where true or false is wanted", got)
	case reflect.Slice:
		return fmt.Sprintf("%s where a list is wanted; begin each item with \"- \"", got)
	case reflect.Struct, reflect.Map:
		return fmt.Sprintf("%s where fields (%s) are wanted; indent them below it", got, want)
	}
	return fmt.Sprintf("%s where %s is wanted", got, want)
}

// article puts a or an before a JSON type; a number comes with its value.
func article(jsonType string) string {
	if strings.HasPrefix(jsonType, "array") || strings.HasPrefix(jsonType, "object") {
		return "an " + jsonType
	}
	return "a " + jsonType
}

// blame finds the smallest part of raw that cannot be decoded into t, and the
// error of that part. Decoders report a path without list indices, or no path, so
// blame decodes the parts again. It is called only after an error.
func blame(raw []byte, t reflect.Type, path string) (string, error) {
	err := kjson.UnmarshalCaseSensitivePreserveInts(raw, reflect.New(t).Interface())
	if err == nil {
		return "", nil
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return path, err
	}
	for _, part := range partsOf(raw, t, path) {
		if at, cause := blame(part.raw, part.typ, part.path); cause != nil {
			return at, cause
		}
	}
	return path, err
}

// part is a field, item or entry of a JSON value.
type part struct {
	raw  json.RawMessage
	typ  reflect.Type
	path string
}

func partsOf(raw []byte, t reflect.Type, path string) []part {
	var parts []part
	switch t.Kind() {
	case reflect.Slice:
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) == nil {
			for i, r := range items {
				parts = append(parts, part{r, t.Elem(), item(path, i)})
			}
		}
	case reflect.Struct, reflect.Map:
		var fields map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) != nil {
			return nil
		}
		for name, r := range fields {
			if ft := childType(t, name); ft != nil {
				parts = append(parts, part{r, ft, join(path, name)})
			}
		}
		slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.path, b.path) })
	}
	return parts
}

// childType returns the type of a struct's JSON field or a map's value. If there is
// no such field, it returns nil.
func childType(t reflect.Type, name string) reflect.Type {
	if t.Kind() == reflect.Map {
		return t.Elem()
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == name && tag != "" {
			return f.Type
		}
		if tag == "" && (f.Anonymous || strings.Contains(options, "inline")) {
			if ct := childType(deref(f.Type), name); ct != nil {
				return ct
			}
		}
	}
	return nil
}

// typeAt follows a path of fields and list indices into a type. If the path leads
// nowhere, it returns nil.
func typeAt(t reflect.Type, path string) reflect.Type {
	for _, segment := range strings.Split(path, ".") {
		name, indices, _ := strings.Cut(segment, "[")
		t = deref(t)
		if name != "" && t != nil {
			if t.Kind() != reflect.Struct && t.Kind() != reflect.Map {
				return nil
			}
			t = deref(childType(t, name))
		}
		for i := strings.Count(segment, "["); i > 0 && indices != ""; i-- {
			if t == nil || t.Kind() != reflect.Slice {
				return nil
			}
			t = deref(t.Elem())
		}
	}
	return t
}

func deref(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// fieldNames returns the JSON names of a struct's fields.
func fieldNames(t reflect.Type) []string {
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		switch tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); {
		case tag == "-":
		case tag != "":
			names = append(names, tag)
		case f.Anonymous:
			names = append(names, fieldNames(deref(f.Type))...)
		default:
			names = append(names, strconv.Quote(f.Name))
		}
	}
	return names
}
