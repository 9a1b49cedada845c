// Package wiretest fills the state of a machine with distinct values, so that a test
// finds the fields that the written form forgets or confuses.
package wiretest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Rounds is how many fills it takes until any two bools differ in one of them.
const Rounds = 8

// Filler fills values. Each number, text and time differs from all others. Any two
// bools differ in one of [Rounds] fills.
type Filler struct {
	// Round is the number of the fill, from 0.
	Round int
	// Skip lists the fields that are not state, as "Type.field".
	Skip []string
	// Last has the last value of each closed set among the types.
	Last map[reflect.Type]uint8
	// Make has a function for each type that cannot be filled field by field. n is
	// different at each call.
	Make map[reflect.Type]func(n int) any

	n       int
	skipped []string
}

var epoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Fill fills the value to which v points. It panics if it has no values for a type, or
// if Skip names a field that there is not.
func (f *Filler) Fill(v any) {
	f.fill(reflect.ValueOf(v).Elem())
	for _, s := range f.Skip {
		if !slices.Contains(f.skipped, s) {
			panic(fmt.Sprintf("wiretest: there is no field %s to skip: take it off the list", s))
		}
	}
}

func (f *Filler) fill(v reflect.Value) {
	f.n++
	if made, ok := f.Make[v.Type()]; ok {
		if m := made(f.n); m != nil {
			v.Set(reflect.ValueOf(m))
		}
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(epoch.Add(time.Duration(f.n))))
		return
	case metav1.Time: // its JSON has whole seconds only
		v.Set(reflect.ValueOf(metav1.Time{Time: epoch.Add(time.Duration(f.n) * time.Second)}))
		return
	}
	f.fillKind(v)
}

func (f *Filler) fillKind(v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(f.n>>f.Round&1 == 1)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Uint, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(f.n))
	case reflect.Uint8:
		v.SetUint(1 + uint64(f.n)%max(1, uint64(f.Last[v.Type()])))
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d \xff", f.n))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fillList(v)
	case reflect.Array:
		f.fillList(v)
	case reflect.Struct:
		f.fillStruct(v)
	default:
		panic(fmt.Sprintf("wiretest: no values for %v: name them in Make", v.Type()))
	}
}

func (f *Filler) fillList(v reflect.Value) {
	for i := range v.Len() {
		f.fill(v.Index(i))
	}
}

func (f *Filler) fillStruct(v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := v.Type().Name() + "." + field.Name
		if slices.Contains(f.Skip, name) {
			f.skipped = append(f.skipped, name)
			continue
		}
		// Unexported fields can only be set by their address.
		at := unsafe.Pointer(v.Field(i).UnsafeAddr())
		f.fill(reflect.NewAt(field.Type, at).Elem())
	}
}

// Ours reports whether a type belongs to this module. It is for cmp.Exporter.
func Ours(t reflect.Type) bool {
	return strings.HasPrefix(t.PkgPath(), "github.com/podclock/podclock/")
}
