package wire

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// walker changes a value in place: it applies text to every text and puts every time in
// UTC.
type walker struct {
	text func(string) (string, error)
	now  time.Time // see MarshalAt
	errs []error
}

var timeType = reflect.TypeFor[time.Time]()

func (w *walker) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			w.walk(v.Elem())
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(w.mend(v.String()))
		}
	case reflect.Struct:
		w.walkStruct(v)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 { // JSON has bytes in base64
			return
		}
		for i := range v.Len() {
			w.walk(v.Index(i))
		}
	case reflect.Map:
		w.walkMap(v)
	}
}

// walkStruct skips fields that it may not set. Types with such fields write themselves.
func (w *walker) walkStruct(v reflect.Value) {
	if v.Type() == timeType {
		if v.CanSet() {
			v.Set(reflect.ValueOf(w.steady(v.Interface().(time.Time)).UTC()))
		}
		return
	}
	for i := range v.NumField() {
		if f := v.Field(i); f.CanSet() {
			w.walk(f)
		}
	}
}

// steady returns a time with a monotonic reading as w.now plus the monotonic distance
// from it. A time without one stays as it is.
func (w *walker) steady(t time.Time) time.Time {
	if wall := t.Round(0); w.now.IsZero() || t == wall {
		return wall
	}
	return w.now.Round(0).Add(t.Sub(w.now))
}

// walkMap makes a map's entries anew, since they cannot be changed in place.
func (w *walker) walkMap(v reflect.Value) {
	old := make([][2]reflect.Value, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		entry := [2]reflect.Value{reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()}
		entry[0].Set(it.Key())
		entry[1].Set(it.Value())
		old = append(old, entry)
	}
	if !v.IsNil() {
		v.Clear()
	}
	for _, entry := range old {
		w.walk(entry[0])
		w.walk(entry[1])
		v.SetMapIndex(entry[0], entry[1])
	}
}

func (w *walker) mend(s string) string {
	out, err := w.text(s)
	if err != nil {
		w.errs = append(w.errs, err)
	}
	return out
}

// mark begins the written form of a text that JSON would change, and of a text that
// begins with mark itself.
const mark = "base64:"

func escape(s string) (string, error) {
	if utf8.ValidString(s) && !strings.HasPrefix(s, mark) {
		return s, nil
	}
	return mark + base64.StdEncoding.EncodeToString([]byte(s)), nil
}

func unescape(s string) (string, error) {
	coded, ok := strings.CutPrefix(s, mark)
	if !ok {
		return s, nil
	}
	b, err := base64.StdEncoding.DecodeString(coded)
	if err != nil {
		return "", fmt.Errorf("%q: %w", s, err)
	}
	return string(b), nil
}
