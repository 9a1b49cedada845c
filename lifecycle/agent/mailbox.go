package agent

import (
	"cmp"
	"slices"
	"sync"

	"github.com/podclock/podclock/lifecycle"
)

// message is one thing for the loop to take in.
type message struct {
	pod  *pod // nil: the notice says which
	kind messageKind
	ev   lifecycle.Event
	// id is the runtime's ID of a new sandbox or container.
	id     string
	notice *Notice
	have   *Inventory
	// ends are the notices of a pod's containers that came with the death of its
	// sandbox.
	ends []*Notice
	// issued numbers the requests; the messages that answer none have 0.
	issued uint64
}

type messageKind uint8

const (
	messageEvent   messageKind = iota + 1 // ev: a fact from outside
	messageAdd                            // the agent is told of the pod
	messageNetwork                        // ev: a fact about all pods
	messageAnswer                         // ev: the answer to a request
	messageNotice                         // notice: an end in the runtime
	messageSwept                          // nothing of the pod is left in the runtime
	messageLate                           // look for what came late
	messageListed                         // have: what the runtime has by now
)

// mailbox is an unbounded queue of messages with one reader.
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

func inOrder(a, b message) int { return cmp.Compare(a.issued, b.issued) }

// take returns what has come, and keeps the buffer for what will. Facts and
// notices come first, in the order in which they arrived: an end is told before
// the answer of the stop that it was waited for by. Answers follow in the order
// of their requests: which of them arrives first is an accident.
func (m *mailbox) take(buffer []message) []message {
	clear(buffer)
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.incoming
	m.incoming = buffer[:0]
	if !slices.IsSortedFunc(taken, inOrder) {
		slices.SortStableFunc(taken, inOrder)
	}
	return taken
}
