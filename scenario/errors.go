package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Error is one thing that is wrong in an input file. It prints as
// "file:line: message", the message naming the value and the cure.
type Error struct {
	File string
	Line int // from 1; 0: the file as a whole
	Msg  string
}

// Error implements error.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
}

// problems collects everything wrong with one file, so that it is reported at once.
type problems struct {
	file string
	list []*Error
}

func (p *problems) addf(line int, format string, args ...any) {
	p.list = append(p.list, &Error{File: p.file, Line: max(line, 1), Msg: fmt.Sprintf(format, args...)})
}

func (p *problems) sort() {
	slices.SortStableFunc(p.list, func(a, b *Error) int { return cmp.Compare(a.Line, b.Line) })
}

// maxProblems is how many problems of one file are worth reading.
const maxProblems = 100

// err joins the problems in order of their lines; nil if there are none.
func (p *problems) err() error {
	p.sort()
	var errs []error
	for i, e := range p.list {
		if i == maxProblems {
			errs = append(errs, &Error{e.File, e.Line, fmt.Sprintf("and %d more", len(p.list)-i)})
			break
		}
		errs = append(errs, e)
	}
	return errors.Join(errs...)
}
