package pleg

import (
	"slices"

	"github.com/podclock/podclock/lifecycle/inventory"
	"github.com/podclock/podclock/restart"
)

// Item is one container or sandbox as a relist saw it, or a change of it. A sandbox counts
// as running if it is ready, and otherwise as exited.
type Item struct {
	ID        uint64        `json:"id"`
	Container int           `json:"container"` // the index, or ofSandbox for a sandbox
	State     restart.State `json:"state"`
}

// ofSandbox is the Container of a sandbox's Item.
const ofSandbox = -1

// list lists containers and then sandboxes, newest first.
func list(truth *inventory.Truth) []Item {
	var items []Item
	for i := range truth.Instances() {
		c := &truth.Instances()[i]
		items = append(items, Item{c.ID, c.Container, c.State})
	}
	for _, s := range truth.Sandboxes() {
		state := restart.StateExited
		if s.Ready {
			state = restart.StateRunning
		}
		items = append(items, Item{s.ID, ofSandbox, state})
	}
	slices.Reverse(items)
	return items
}

// compare lists the changes: the new state of each Item, and StateAbsent for what was
// removed. What vanished without a seen exit has also died (T23).
func compare(old, current []Item) []Item {
	var changes []Item
	for _, o := range old {
		if stateIn(current, o.ID) != restart.StateAbsent {
			continue
		}
		gone := o
		if o.State != restart.StateExited {
			gone.State = restart.StateExited
			changes = append(changes, gone)
		}
		gone.State = restart.StateAbsent
		changes = append(changes, gone)
	}
	for _, c := range current {
		if known(c.State) != known(stateIn(old, c.ID)) {
			changes = append(changes, c)
		}
	}
	return changes
}

// known treats created like unknown, as the event generator does (T23).
func known(s restart.State) restart.State {
	if s == restart.StateCreated {
		return restart.StateUnknown
	}
	return s
}

func stateIn(items []Item, id uint64) restart.State {
	for _, i := range items {
		if i.ID == id {
			return i.State
		}
	}
	return restart.StateAbsent
}
