package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// bound is an expected time or number: "40s", "< 1m", ">= 3" or "never".
// Numbers are kept as durations of that many nanoseconds.
type bound struct {
	text  string
	never bool
	op    string
	than  time.Duration
}

// boundKind reads the value after the operator, and returns a problem if it cannot.
type boundKind func(string) (time.Duration, string)

func numberBound(s string) (time.Duration, string) {
	n, err := strconv.ParseUint(s, 10, 32)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Sprintf("%s is too large; write at most %d", s, uint32(math.MaxUint32))
	case err != nil:
		return 0, fmt.Sprintf("%q is no number; write one as 3, \">= 3\" or never", s)
	}
	return time.Duration(n), ""
}

func (v value) bound(kind boundKind) bound {
	text := v.text()
	if v.isFolded() {
		v.wrong("YAML takes > without quotes for the beginning of a text of several lines; " +
			`put the comparison in quotes, as in ">= 3"`)
		return bound{}
	}
	if wrong, cure := miswritten(text); wrong != "" {
		v.wrong("%s is no comparison; write %s", wrong, cure)
		return bound{}
	}
	if text == "never" {
		return bound{text: text, never: true}
	}
	b := bound{text: text, op: "="}
	rest := text
	for _, op := range []string{"<=", ">=", "<", ">"} {
		if after, ok := strings.CutPrefix(text, op); ok {
			b.op, rest = op, strings.TrimSpace(after)
			break
		}
	}
	than, problem := kind(rest)
	if problem != "" && v.isScalar() {
		v.wrong("%s", problem)
	}
	b.than = than
	return b
}

// operators lists operators of other languages with their spelling here.
var operators = []struct{ wrong, right string }{
	{"=<", "<="}, {"=>", ">="}, {"≤", "<="}, {"≥", ">="}, {"==", ""}, {"=", ""},
}

// miswritten finds an operator that does not exist here, and returns what to write
// instead.
func miswritten(text string) (wrong, cure string) {
	for _, o := range operators {
		if rest, ok := strings.CutPrefix(text, o.wrong); ok {
			return o.wrong, strconv.Quote(strings.TrimSpace(o.right + " " + strings.TrimSpace(rest)))
		}
	}
	if strings.HasPrefix(text, "!=") || strings.HasPrefix(text, "<>") {
		return text[:2], "the value alone, or <, <=, > or >= before it"
	}
	return "", ""
}

// meets reports whether an instant is as expected. ever is false if the awaited
// event never came.
func (b bound) meets(d time.Duration, ever bool) bool {
	if b.never || !ever {
		return b.never && !ever
	}
	return b.allows(d)
}

// allows reports whether an amount is as expected. "never" expects 0.
func (b bound) allows(d time.Duration) bool {
	c := cmp.Compare(d, b.than)
	switch {
	case b.never:
		return d == 0
	case b.op == "<=":
		return c <= 0
	case b.op == ">=":
		return c >= 0
	case b.op == "<":
		return c < 0
	case b.op == ">":
		return c > 0
	}
	return c == 0
}
