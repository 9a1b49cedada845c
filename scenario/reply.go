package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/podclock/podclock"
)

// replyWords has the answers that are written as one word.
var replyWords = map[string]func() podclock.Reply{
	"ok":     podclock.OK,
	"fail":   func() podclock.Reply { return podclock.Fail("") },
	"refuse": podclock.Refused,
	"hang":   podclock.Hang,
	"stall":  podclock.Stall,
	"error":  func() podclock.Reply { return podclock.Error("runtime error") },
}

// servingWords lists the answers of a gRPC health service.
var servingWords = []string{"SERVING", "NOT_SERVING", "UNKNOWN", "SERVICE_UNKNOWN", "NOT_FOUND"}

// reply reads one answer: a word, a status number, or keys.
//
//	ok
//	503
//	{status: 503, body: overloaded, latency: 2s}
//	{fail: disk full}
func (v value) reply() podclock.Reply {
	if v.isMapping() {
		return v.replyKeys()
	}
	word := v.text()
	if answer, ok := replyWords[word]; ok {
		return answer()
	}
	for _, s := range servingWords {
		if s == word {
			return podclock.Serving(word)
		}
	}
	if n, err := strconv.ParseInt(word, 10, 32); err == nil {
		return v.status(n, "")
	}
	if v.isScalar() {
		known := append([]string{"200", "503"}, servingWords...)
		for w := range replyWords {
			known = append(known, w)
		}
		v.wrong("%q is no answer; %s", word, hint(word, known))
	}
	return podclock.OK()
}

// status reads a number below 100 as an exit status, any other as an HTTP status.
func (v value) status(n int64, body string) podclock.Reply {
	if n < 0 || n > 255 && (n < 100 || n > 999) {
		v.wrong("%d is neither an exit status (0 to 255) nor a HTTP status (100 to 999)", n)
	}
	return podclock.HTTP(int(n), body)
}

// answer has the keys of one reply.
type answer struct {
	reply    podclock.Reply
	is       string // the key that gives the answer, such as status or fail
	status   int64
	body     string
	location string
	latency  time.Duration
}

func (v value) replyKeys() podclock.Reply {
	a := answer{reply: podclock.OK()}
	is := func(key string, make func(value) podclock.Reply) fieldReader {
		return func(e value) {
			if a.is != "" {
				e.wrong("the answer is already given by %s; keep one", a.is)
			}
			a.is, a.reply = key, make(e)
		}
	}
	v.fields(map[string]fieldReader{
		"fail":    is("fail", func(e value) podclock.Reply { return podclock.Fail(e.text()) }),
		"error":   is("error", func(e value) podclock.Reply { return podclock.Error(e.text()) }),
		"answer":  is("answer", value.reply),
		"serving": is("serving", func(e value) podclock.Reply { return podclock.Serving(e.oneOf(servingWords...)) }),
		"status": is("status", func(e value) podclock.Reply {
			a.status = e.integer(100, 999)
			return podclock.HTTP(int(a.status), "")
		}),
		"exit": is("exit", func(e value) podclock.Reply {
			a.status = e.integer(0, 255)
			return podclock.ExitStatus(int(a.status), "")
		}),
		"body":     func(e value) { a.body = e.text() },
		"output":   func(e value) { a.body = e.text() },
		"location": func(e value) { a.location = e.text() },
		"latency":  func(e value) { a.latency = e.duration() },
	})
	switch {
	case a.location != "" && a.is != "status":
		v.wrong("location goes with a status from 300 to 399 only; add status: 302")
	case a.location != "" && (a.status < 300 || a.status > 399):
		v.wrong("location goes with a status from 300 to 399 only, not with %d", a.status)
	case a.location != "":
		a.reply = podclock.Redirect(int(a.status), a.location, a.body)
	case a.body != "" && (a.is == "status" || a.is == "exit"):
		a.reply = podclock.HTTP(int(a.status), a.body)
	case a.body != "":
		v.wrong("body and output go with status or exit only; for others write fail: TEXT")
	}
	return a.reply.After(a.latency)
}

// steps reads answers over time. A single answer always holds. A mapping goes from
// the time since the container's start to the answer from then on.
//
//	readiness: {0s: refuse, 40s: ok, 5m: 503}
func (v value) steps() podclock.Steps {
	if v.isList() {
		v.wrong("a list where an answer is wanted; write one, such as ok, or several by time: {0s: refuse, 40s: ok}")
		return nil
	}
	if !v.isMapping() || !v.keyedByTime() {
		return podclock.Steps{{Reply: v.reply()}}
	}
	var steps podclock.Steps
	v.entries(func(key string, line int, entry value) {
		from, problem := parseDuration(key)
		if problem != "" {
			v.p.addf(line, "%s: %s", v.path, problem)
			return
		}
		if n := len(steps); n > 0 && from <= steps[n-1].From {
			v.p.addf(line, "%s: %s stands after %s; put the times in order", v.path, key, steps[n-1].From)
			return
		}
		steps = append(steps, podclock.Step{From: from, Reply: entry.reply()})
	})
	return steps
}

// keyedByTime reports whether a mapping's first key looks like a time.
func (v value) keyedByTime() bool {
	if len(v.node.Content) == 0 {
		return false
	}
	c := v.node.Content[0].Value
	return c != "" && (c[0] >= '0' && c[0] <= '9' || c[0] == '+' || c[0] == '-' || c[0] == '.')
}

// serverSteps reads a server's answers, as [value.steps] does or by HTTP path.
func (v value) serverSteps() podclock.Steps {
	if !v.isMapping() || len(v.node.Content) == 0 || v.node.Content[0].Value == "" || v.node.Content[0].Value[0] != '/' {
		return v.steps()
	}
	var all podclock.Steps
	v.entries(func(path string, line int, entry value) {
		if path == "" || path[0] != '/' {
			v.p.addf(line, "%s: %q is no http path; begin it with /", v.path, path)
			return
		}
		for _, s := range entry.steps() {
			s.Path = path
			all = append(all, s)
		}
	})
	slices.SortStableFunc(all, func(a, b podclock.Step) int { return cmp.Compare(a.From, b.From) })
	return all
}

// quoted formats names for an error.
func quoted(names []string) string { return fmt.Sprintf("%q", names) }
