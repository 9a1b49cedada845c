package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Error is one mistake in an input file. It prints as "file:line: message".
type Error struct {
	// File is the name of the file, as the caller gave it.
	File string
	// Line counts from 1. It is 0 if the error is about the whole file.
	Line int
	// Msg names the value and the cure.
	Msg string

	cause error // what [errors.Is] finds; nil for most
}

// ErrNoPod is in the error about a file that has no pod, or none that was chosen.
var ErrNoPod = errors.New("no pod")

// noPod is an error text that says [ErrNoPod] in other words.
type noPod string

// Error implements error.
func (e noPod) Error() string { return string(e) }

// Is reports whether target is ErrNoPod.
func (e noPod) Is(target error) bool { return target == ErrNoPod }

// Unwrap returns the cause of the error, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Error implements error.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
}

// problems collects the mistakes in one file, so that all are reported together.
type problems struct {
	file string
	list []*Error
}

func (p *problems) addf(line int, format string, args ...any) {
	p.list = append(p.list, &Error{File: p.file, Line: max(line, 1), Msg: fmt.Sprintf(format, args...)})
}

// take adds the errors of another reader. Errors without a place get line.
func (p *problems) take(err error, line int) {
	for _, e := range flatten(err) {
		var placed *Error
		if !errors.As(e, &placed) {
			placed = &Error{File: p.file, Line: max(line, 1), Msg: e.Error(), cause: e}
		}
		p.list = append(p.list, placed)
	}
}

func (p *problems) sort() {
	slices.SortStableFunc(p.list, func(a, b *Error) int { return cmp.Compare(a.Line, b.Line) })
}

// maxProblems is how many problems of one file are worth reading.
const maxProblems = 100

// err joins the problems in the order of their lines. Without problems, it returns
// nil.
func (p *problems) err() error {
	p.sort()
	var errs []error
	for i, e := range p.list {
		if i == maxProblems {
			errs = append(errs, &Error{File: e.File, Line: e.Line, Msg: fmt.Sprintf("and %d more", len(p.list)-i)})
			break
		}
		errs = append(errs, e)
	}
	return errors.Join(errs...)
}
