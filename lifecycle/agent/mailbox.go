package agent

import (
	"sync"

	"github.com/podclock/podclock/lifecycle"
)

// message is one thing for the loop to take in.
type message struct {
	pod  *pod // nil: the notice says which
	kind messageKind
	ev   lifecycle.Event
	// attempt is the restart count, or the sandbox' number, that ev is about.
	attempt uint64
	// id is the runtime's ID of a new sandbox or container.
	id string
	// fallback is the text of an event that a hook wants recorded (C37).
	fallback string
	notice   *Notice
}

type messageKind uint8

const (
	messageEvent  messageKind = iota + 1 // ev: a fact from outside
	messageAdd                           // the agent is told of the pod
	messageAnswer                        // ev: the answer to a request
	messageNotice                        // notice: an end in the runtime
	messageSwept                         // nothing of the pod is left in the runtime
)

// mailbox is an unbounded queue of messages with one reader. Its own order is
// the order of arrival.
type mailbox struct {
	mu       sync.Mutex
	incoming []message
	wake     chan struct{}
}

func newMailbox() mailbox { return mailbox{wake: make(chan struct{}, 1)} }

// post adds a message. It never blocks.
func (m *mailbox) post(msg message) {
	m.mu.Lock()
	m.incoming = append(m.incoming, msg)
	m.mu.Unlock()
	m.poke()
}

// poke wakes the reader. It never blocks.
func (m *mailbox) poke() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// take returns what has come, and keeps the buffer for what will.
func (m *mailbox) take(buffer []message) []message {
	clear(buffer)
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.incoming
	m.incoming = buffer[:0]
	return taken
}
