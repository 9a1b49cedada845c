package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The heap must return things in the order of a sorted list.
func TestTheHeapAgreesWithASortedList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Heap
		var list []entry
		drop := func(slot int32) {
			list = slices.DeleteFunc(list, func(e entry) bool { return e.slot == slot })
		}
		for n := range rapid.IntRange(0, 200).Draw(t, "steps") {
			slot := rapid.Int32Range(0, 20).Draw(t, "slot")
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				h.Remove(slot)
				drop(slot)
			case 1:
				if first, _, _, ok := h.Next(); ok {
					h.Remove(first)
					drop(first)
				}
			default:
				e := entry{time.Duration(rapid.IntRange(0, 5).Draw(t, "at")), uint64(n), slot}
				h.Set(e.slot, e.at, e.order)
				drop(slot)
				list = append(list, e)
			}
			slices.SortFunc(list, func(a, b entry) int {
				return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order))
			})
			slot, at, order, ok := h.Next()
			if h.Len() != len(list) || ok != (len(list) > 0) || ok && (list[0] != entry{at, order, slot}) {
				t.Fatalf("next is %d at %v (%v), of %d; want the first of %v", slot, at, ok, h.Len(), list)
			}
			c := h.Clone()
			c.Set(99, -1, 0)
			if again, _, _, _ := h.Next(); again != slot {
				t.Fatal("a clone is not independent")
			}
		}
	})
}

func TestAChangeOfTimeAllocatesNothing(t *testing.T) {
	var h Heap
	for i := range int32(100) {
		h.Set(i, time.Duration(i), uint64(i))
	}
	at := time.Duration(0)
	if n := testing.AllocsPerRun(1000, func() { at++; h.Set(7, at%50, 7) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func ExampleHeap() {
	var h Heap
	h.Set(0, 20*time.Second, 0)
	h.Set(1, 10*time.Second, 1)
	h.Set(2, 20*time.Second, 2)
	h.Set(1, 30*time.Second, 1) // it is due later now
	for h.Len() > 0 {
		slot, at, _, _ := h.Next()
		fmt.Println(slot, at)
		h.Remove(slot)
	}
	// Output:
	// 0 20s
	// 2 20s
	// 1 30s
}
