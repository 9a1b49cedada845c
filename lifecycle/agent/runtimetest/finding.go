package runtimetest

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/podclock/podclock/lifecycle/agent"
)

// finding is a failure as the author of a runtime reads it. It says four
// things, because the author does not know the check.
type finding struct {
	did  string // what the check did
	got  string // what came of it
	want string // what the rule wants, and its name
	look string // where the mistake may be in the runtime
}

func (f finding) String() string {
	return fmt.Sprintf("\n  did:     %s\n  got:     %s\n  want:    %s\n  look at: %s", f.did, f.got, f.want, f.look)
}

// report fails the check, and lets it go on.
func (b *bench) report(f finding) {
	b.t.Helper()
	b.t.Error(f.String())
}

// fatal fails the check, and ends it.
func (b *bench) fatal(f finding) {
	b.t.Helper()
	b.t.Fatal(f.String())
}

// noticeText returns a notice's fields that are set.
func noticeText(n agent.Notice) string {
	return "agent.Notice{" + strings.Join(setFields(reflect.ValueOf(n)), ", ") + "}"
}

func setFields(v reflect.Value) (set []string) {
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			set = append(set, v.Type().Field(i).Name+": "+fieldText(f))
		}
	}
	return set
}

func fieldText(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprint(v)
}

// errorText returns an error with its type.
func errorText(err error) string {
	if err == nil {
		return "no error"
	}
	return fmt.Sprintf("error: %v (%T)", err, err)
}

// difference is a field in which two structs differ.
type difference struct{ field, have, want string }

func differences(have, want any) []difference {
	var r fieldReporter
	cmp.Equal(have, want, cmp.Reporter(&r))
	return r.found
}

// fieldReporter collects the differences that cmp finds.
type fieldReporter struct {
	path  cmp.Path
	found []difference
}

func (r *fieldReporter) PushStep(s cmp.PathStep) { r.path = append(r.path, s) }
func (r *fieldReporter) PopStep()                { r.path = r.path[:len(r.path)-1] }

func (r *fieldReporter) Report(result cmp.Result) {
	if !result.Equal() {
		have, want := r.path.Last().Values()
		r.found = append(r.found, difference{r.path.String(), fieldText(have), fieldText(want)})
	}
}
