package scenario

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	yamlv3 "go.yaml.in/yaml/v3"
)

// value is one node of a scenario file. Each method reads the node as one type. If
// it cannot, it reports a problem at the node's line and returns a usable default,
// so that reading goes on and finds the other problems.
type value struct {
	p    *problems
	node *yamlv3.Node
	// path names the value in errors, as in "apps.web.exit".
	path string
}

// fieldReader reads the value of one known key.
type fieldReader func(value)

// wrong reports the value as a problem. The text names it and the cure.
func (v value) wrong(format string, args ...any) {
	v.p.addf(v.node.Line, "%s: %s", v.path, fmt.Sprintf(format, args...))
}

// at returns the node's line.
func (v value) at() int { return v.node.Line }

func (v value) child(key *yamlv3.Node, n *yamlv3.Node) value {
	for n.Kind == yamlv3.AliasNode {
		n = n.Alias
	}
	return value{p: v.p, node: n, path: join(v.path, key.Value)}
}

func (v value) isMapping() bool { return v.node.Kind == yamlv3.MappingNode }

// has reports whether the value is a mapping with a key.
func (v value) has(key string) bool {
	if !v.isMapping() {
		return false
	}
	for i := 0; i < len(v.node.Content); i += 2 {
		if v.node.Content[i].Value == key {
			return true
		}
	}
	return false
}

func (v value) isList() bool   { return v.node.Kind == yamlv3.SequenceNode }
func (v value) isFolded() bool { return v.node.Style&yamlv3.FoldedStyle != 0 }
func (v value) isScalar() bool { return v.node.Kind == yamlv3.ScalarNode && v.node.Tag != "!!null" }

// fields reads a mapping with known keys only.
func (v value) fields(known map[string]fieldReader) {
	v.entries(func(key string, line int, entry value) {
		read, ok := known[key]
		if !ok {
			names := make([]string, 0, len(known))
			for name := range known {
				names = append(names, name)
			}
			v.p.addf(line, "%s: unknown key; %s", entry.path, hint(key, names))
			return
		}
		read(entry)
	})
}

// entries reads a mapping with any keys, in the order of the file. A key that is
// given twice is a problem.
func (v value) entries(each func(key string, line int, entry value)) {
	if v.node.Kind == yamlv3.ScalarNode && v.node.Tag == "!!null" {
		return // the key has no value
	}
	if !v.isMapping() {
		v.wrong("%s where keys are wanted; indent \"key: value\" lines below it", v.describe())
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key := v.node.Content[i]
		if key.Kind != yamlv3.ScalarNode || key.Tag == "!!merge" {
			v.p.addf(key.Line, "%s: a key must be plain text; merge keys are not supported here", v.path)
			continue
		}
		if first, twice := seen[key.Value]; twice {
			v.p.addf(key.Line, "%s: given twice, first in line %d; keep one", join(v.path, key.Value), first)
			continue
		}
		seen[key.Value] = key.Line
		each(key.Value, key.Line, v.child(key, v.node.Content[i+1]))
	}
}

// items reads a list. A single value counts as a list of one.
func (v value) items(each func(value)) {
	if !v.isList() {
		each(v)
		return
	}
	for i, n := range v.node.Content {
		for n.Kind == yamlv3.AliasNode {
			n = n.Alias
		}
		each(value{p: v.p, node: n, path: item(v.path, i)})
	}
}

func (v value) describe() string {
	switch {
	case v.isMapping():
		return "keys"
	case v.isList():
		return "a list"
	case !v.isScalar():
		return "nothing"
	}
	return strconv.Quote(v.node.Value)
}

// text reads a scalar as text. Numbers and the like need no quotes.
func (v value) text() string {
	if tag := v.node.Tag; strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		v.wrong("YAML takes %s without quotes for a tag, not for a part of the value; put the whole value in quotes", tag)
	}
	if !v.isScalar() {
		v.wrong("%s where text is wanted; write it behind the key", v.describe())
		return ""
	}
	return v.node.Value
}

// texts reads one text or a list of texts.
func (v value) texts() []string {
	var all []string
	v.items(func(i value) { all = append(all, i.text()) })
	return all
}

// oneOf reads a word of a closed set. For any other word it returns "".
func (v value) oneOf(words ...string) string {
	s := v.text()
	for _, w := range words {
		if s == w {
			return s
		}
	}
	if s != "" {
		v.wrong("%q is not known; %s", s, hint(s, words))
	}
	return ""
}

func (v value) boolean() bool {
	switch v.text() {
	case "true":
		return true
	case "false":
		return false
	}
	v.wrong("%s where true or false is wanted", v.describe())
	return false
}

// integer reads a whole number between least and most.
func (v value) integer(least, most int64) int64 {
	n, err := strconv.ParseInt(v.text(), 10, 64)
	if err != nil {
		v.wrong("%s where a whole number is wanted", v.describe())
		return least
	}
	if n < least || n > most {
		v.wrong("%d is out of range; write a number from %d to %d", n, least, most)
		return least
	}
	return n
}

func (v value) unsigned() uint64 {
	n, err := strconv.ParseUint(v.text(), 10, 64)
	if err != nil {
		v.wrong("%s where a whole number from 0 to %d is wanted", v.describe(), uint64(math.MaxUint64))
	}
	return n
}

// maxDuration bounds every time in a scenario, so that a mistyped time is an error
// and no sum of times overflows.
const maxDuration = 100 * 365 * 24 * time.Hour

// duration reads a time such as "40s", "10m", "1h30m", "2d" or "0".
func (v value) duration() time.Duration {
	d, problem := parseDuration(v.text())
	if problem != "" && v.isScalar() {
		v.wrong("%s", problem)
	}
	return d
}

// ParseDuration reads a time as scenario files write it: "40s", "10m", "1h30m" or
// "2d". It accepts times from 0 to 100 years. The error names the value and the cure.
func ParseDuration(s string) (time.Duration, error) {
	d, problem := parseDuration(s)
	if problem != "" {
		return 0, errors.New(problem)
	}
	return d, nil
}

// parseDuration returns the duration, or a problem with its cure.
func parseDuration(s string) (d time.Duration, problem string) {
	days, rest, hasDays := strings.Cut(strings.TrimPrefix(s, "+"), "d")
	if !hasDays {
		days, rest = "0", days
	}
	n, dayErr := strconv.ParseUint(days, 10, 64)
	if rest == "" && hasDays {
		rest = "0"
	}
	d, err := time.ParseDuration(rest)
	switch {
	case !hasDays && err != nil && isNumber(rest):
		return 0, fmt.Sprintf("%q has no unit; write %ss for seconds", s, s)
	case !hasDays && d < 0:
		return 0, fmt.Sprintf("%q is negative; write a time from 0", s)
	case tooLong(dayErr, rest, err) || n > maxDays || d > maxDuration-time.Duration(n)*24*time.Hour:
		return 0, fmt.Sprintf("%q is more than 100 years; write a shorter time", s)
	case err != nil || dayErr != nil || d < 0:
		return 0, fmt.Sprintf("%q is no time; write one as 40s, 10m, 1h30m or 2d", s)
	}
	return d + time.Duration(n)*24*time.Hour, ""
}

const maxDays = uint64(maxDuration / (24 * time.Hour))

var digits = regexp.MustCompile(`[0-9]+`)

// tooLong reports whether a time could not be parsed because it is too long, rather
// than for its form.
func tooLong(dayErr error, rest string, err error) bool {
	if err != nil {
		_, formErr := time.ParseDuration(digits.ReplaceAllString(rest, "1"))
		return formErr == nil && !strings.HasPrefix(rest, "-")
	}
	return errors.Is(dayErr, strconv.ErrRange)
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}
