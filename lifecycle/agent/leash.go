package agent

import "context"

// leash ends calls that may take for ever, once nobody waits for what they are for.
// The zero leash is whole. It belongs to the loop.
type leash struct {
	ctx    context.Context // nil if no call has needed one
	end    context.CancelCauseFunc
	reason error // why it was cut; nil if it was not
}

// context returns the context of a call on this leash. It also ends with parent.
func (l *leash) context(parent context.Context) context.Context {
	if l.ctx == nil {
		l.ctx, l.end = context.WithCancelCause(parent)
		if l.reason != nil {
			l.end(l.reason)
		}
	}
	return l.ctx
}

// cut ends the calls, and those to come.
func (l *leash) cut(reason error) {
	if l.reason != nil {
		return
	}
	l.reason = reason
	if l.end != nil {
		l.end(reason)
	}
}
