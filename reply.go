package podclock

import (
	"fmt"
	"time"
)

// Reply is how an app answers one probe or hook. Make one with [OK], [Fail],
// [ExitStatus], [HTTP], [Redirect], [Serving], [Refused], [Hang], [Stall] or
// [Error]; the zero Reply is none and an error. What the kubelet makes of it
// depends on the handler: see [ReplyKind].
type Reply struct {
	kind     ReplyKind
	code     int
	text     string
	location string
	latency  time.Duration
	until    time.Time
	// redirects: the server redirects without end; location is the last one.
	redirects bool
}

// ReplyKind is the closed set of ways to answer.
type ReplyKind uint8

// The ways to answer, and what they are to a handler that cannot have them.
const (
	// ReplyOK: exec exits with 0, http gives 200, tcp accepts, grpc serves.
	ReplyOK ReplyKind = iota + 1
	// ReplyFail: exec exits with 1 and the text, http gives 500, tcp refuses,
	// grpc answers NOT_SERVING.
	ReplyFail
	// ReplyStatus: exec exits with the code and the text, http gives the status
	// and the text as body; tcp and grpc do well if the code is 0 or 200 to 399.
	ReplyStatus
	// ReplyServing: grpc answers with the text as its serving status; the others
	// do well if it is SERVING.
	ReplyServing
	// ReplyRefuse: nothing listens; exec exits with 1, as ReplyFail.
	ReplyRefuse
	// ReplyHang: no answer before the time-out.
	ReplyHang
	// ReplyStall: http sends headers but no body; the others hang.
	ReplyStall
	// ReplyError: the handler cannot tell: an error of the runtime.
	ReplyError
)

var replyNames = [...]string{
	ReplyOK: "ok", ReplyFail: "fail", ReplyStatus: "status", ReplyServing: "serving", ReplyRefuse: "refuse",
	ReplyHang: "hang", ReplyStall: "stall", ReplyError: "error",
}

// String names the kind.
func (k ReplyKind) String() string {
	if k > 0 && int(k) < len(replyNames) {
		return replyNames[k]
	}
	return fmt.Sprintf("ReplyKind(%d)", uint8(k))
}

// OK answers well.
func OK() Reply { return Reply{kind: ReplyOK} }

// Fail answers badly; text is the output of an exec, or the body of an http
// answer with status 500.
func Fail(text string) Reply { return Reply{kind: ReplyFail, code: 1, text: text} }

// ExitStatus is a command that ends with this code and output.
func ExitStatus(code int, output string) Reply {
	return Reply{kind: ReplyStatus, code: code, text: output}
}

// HTTP is an answer with this status and body.
func HTTP(status int, body string) Reply { return Reply{kind: ReplyStatus, code: status, text: body} }

// Redirect is an http answer with this status and Location.
func Redirect(status int, location, body string) Reply {
	return Reply{kind: ReplyStatus, code: status, text: body, location: location}
}

// Serving is an answer of a grpc health service: "SERVING", "NOT_SERVING",
// "UNKNOWN", "SERVICE_UNKNOWN"; "NOT_FOUND" is that error.
func Serving(status string) Reply { return Reply{kind: ReplyServing, text: status} }

// Refused is a closed port.
func Refused() Reply { return Reply{kind: ReplyRefuse} }

// Hang is no answer at all: the probe's timeoutSeconds decide.
func Hang() Reply { return Reply{kind: ReplyHang} }

// Stall is an http answer whose body never comes (P112).
func Stall() Reply { return Reply{kind: ReplyStall} }

// Error is a failure of the runtime with this text, which is no answer (P66).
func Error(text string) Reply { return Reply{kind: ReplyError, text: text} }

// After is the reply, so much later. If that is not before the probe's
// time-out, the probe times out.
func (r Reply) After(latency time.Duration) Reply {
	r.latency = latency
	return r
}

// Until promises that every attempt of this probe that begins before at, in
// this run, gets the same answer, so that the simulation need not ask. It has
// an effect only on replies without latency; those that take until the
// time-out, such as Hang, are always asked for.
func (r Reply) Until(at time.Time) Reply {
	r.until = at
	return r
}

// Kind returns the way of answering; 0 for the zero Reply.
func (r Reply) Kind() ReplyKind { return r.kind }

// Latency returns how long the answer takes.
func (r Reply) Latency() time.Duration { return r.latency }

// String words the reply, as in "http status 500" or "hang".
func (r Reply) String() string {
	s := r.kind.String()
	switch {
	case r.kind == ReplyStatus:
		s = fmt.Sprintf("status %d", r.code)
	case r.kind == ReplyServing:
		s = r.text
	}
	if r.latency != 0 {
		s += " after " + r.latency.String()
	}
	return s
}
