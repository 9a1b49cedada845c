package agent

import (
	"cmp"
	"slices"
	"sync"

	"github.com/podclock/podclock/lifecycle"
)

// message is something for the loop to do.
type message struct {
	pod  *pod // nil for a notice, which names an ID, and for messages about all pods
	kind messageKind
	ev   lifecycle.Event
	// id is the runtime's ID for a new sandbox or container.
	id     string
	notice *Notice
	have   *Inventory
	// ends are the notices of a pod's containers that came together with the death
	// of its sandbox. See owners.gather.
	ends []*Notice
	// issued is the number of the request that the message answers, or 0.
	issued uint64
	// request is what it answers.
	request request
	// killed gets the names of the pods when nothing of them runs any more.
	killed chan<- []string
}

type messageKind uint8

const (
	messageEvent   messageKind = iota + 1 // ev is a fact from outside
	messageAdd                            // a pod was added
	messageNetwork                        // ev is a fact about all pods
	messageAnswer                         // ev is the answer to a request
	messageNotice                         // notice is a notice of the runtime
	messageSwept                          // the runtime has nothing of the pod left
	messageLate                           // it is time to list the runtime again
	messageListed                         // have is what the runtime has by now
	messageDrain                          // all pods are to end
	messageKill                           // all that is ending is to end at once
	messageOverdue                        // the pod's time to end is over
	messageSay                            // it is time to say what Drain waits for
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

// take returns the messages that have arrived, and uses the buffer for those to
// come. Facts and notices come first, in the order of their arrival: the notice
// of an end therefore comes before the answer of the stop that waited for it.
// Answers follow in the order of their requests, because the order of their
// arrival is an accident.
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
