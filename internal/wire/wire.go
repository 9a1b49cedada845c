// Package wire writes the state of a machine as JSON, and reads it back.
//
//   - It is exact: times keep their nanoseconds and are in UTC, and texts that are not
//     UTF-8 keep their bytes.
//   - It is deterministic: the same state gives the same bytes.
//   - It is strict: an unknown field, or data after the end, is an error.
package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"time"
)

// Marshal writes the value to which v points. It changes the value in place to fit
// JSON, so that the caller must not share or use it afterwards.
func Marshal(v any) ([]byte, error) { return MarshalAt(time.Time{}, v) }

// MarshalAt is [Marshal] for a machine whose latest time is now. It writes a time with
// a monotonic reading by its monotonic distance from now, so that jumps of the wall
// clock in between do not show.
func MarshalAt(now time.Time, v any) ([]byte, error) {
	w := walker{text: escape, now: now}
	w.walk(reflect.ValueOf(v))
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // people read the JSON
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Unmarshal reads the JSON of [Marshal] into the value to which v points. Its error
// names the byte.
func Unmarshal(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("byte %d of %d: %w", offset(d, err, int64(len(data))), len(data), err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("byte %d of %d: something follows the end", d.InputOffset(), len(data))
	}
	w := walker{text: unescape}
	w.walk(reflect.ValueOf(v))
	return errors.Join(w.errs...)
}

// offset returns the byte at which a decoder met its error.
func offset(d *json.Decoder, err error, size int64) int64 {
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return syntax.Offset
	case errors.As(err, &mismatch):
		return mismatch.Offset
	case errors.Is(err, io.ErrUnexpectedEOF):
		return size
	}
	return d.InputOffset()
}

// Duration is a time span. Its text is that of [time.Duration.String], which is exact.
// The longest duration is written as "never".
type Duration time.Duration

const never = "never"

// MarshalText implements [encoding.TextMarshaler].
func (d Duration) MarshalText() ([]byte, error) {
	if d == math.MaxInt64 {
		return []byte(never), nil
	}
	return []byte(time.Duration(d).String()), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Duration) UnmarshalText(b []byte) error {
	if string(b) == never {
		*d = math.MaxInt64
		return nil
	}
	span, err := time.ParseDuration(string(b))
	*d = Duration(span)
	return err
}

// Name returns the String of a value of a closed set. It is an error if v comes after
// last, the last value of the set.
func Name[T closed](v, last T) ([]byte, error) {
	if v > last {
		return nil, fmt.Errorf("there is no %T %d", v, uint8(v))
	}
	return []byte(v.String()), nil
}

// Parse stores the value of a closed set whose String is b. last is the last value of
// the set.
func Parse[T closed](b []byte, into *T, last T) error {
	for v := range int(last) + 1 {
		if T(v).String() == string(b) {
			*into = T(v)
			return nil
		}
	}
	return fmt.Errorf("there is no %T %q", *into, b)
}

type closed interface {
	~uint8
	fmt.Stringer
}
