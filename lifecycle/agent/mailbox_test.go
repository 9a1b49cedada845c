package agent

import (
	"slices"
	"testing"

	"github.com/podclock/podclock/lifecycle"
)

func TestAnswersComeAfterFactsInTheOrderOfTheirRequests(t *testing.T) {
	m := newMailbox()
	for i, issued := range []uint64{7, 0, 3, 0, 5} {
		m.post(message{issued: issued, ev: lifecycle.Event{Op: uint64(i)}})
	}
	var got []uint64
	for _, msg := range m.take(nil) {
		got = append(got, msg.ev.Op)
	}
	if want := []uint64{1, 3, 2, 4, 0}; !slices.Equal(got, want) {
		t.Errorf("messages %v; want %v", got, want)
	}
}
