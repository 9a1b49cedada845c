package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/podclock/podclock"
	"github.com/podclock/podclock/timeline"
)

// unready expects how long a pod was not Ready in all.
func (e *expecting) unready(v value) { e.afterReady(v, parseDuration, timeline.Pod.TimeUnready) }

// longestUnready expects how long a pod was not Ready at a time.
func (e *expecting) longestUnready(v value) {
	e.afterReady(v, parseDuration, timeline.Pod.LongestUnready)
}

// flaps expects how often a pod lost Ready.
func (e *expecting) flaps(v value) {
	e.afterReady(v, numberBound, func(t timeline.Pod) time.Duration { return time.Duration(t.Flaps()) })
}

// afterReady expects an amount of what counts after the first Ready. A pod that was never
// Ready does not meet it.
func (e *expecting) afterReady(v value, kind boundKind, amount func(timeline.Pod) time.Duration) {
	want := v.bound(kind)
	e.add(v, want.text, func(_ podclock.PodResult, t timeline.Pod) (string, bool) {
		if _, ever := t.FirstReady(); !ever {
			return "a pod that was never Ready", false
		}
		return unreadyText(t), want.allows(amount(t))
	})
}

// unreadyText words the windows of a pod, with the reason of the longest one.
func unreadyText(t timeline.Pod) string {
	windows := t.Unready()
	if len(windows) == 0 {
		return "always Ready"
	}
	longest := slices.MaxFunc(windows, func(a, b timeline.Window) int { return cmp.Compare(a.Length(), b.Length()) })
	return fmt.Sprintf("not Ready %s, %s in all, longest %s from +%s (%s)", times(len(windows)), short(t.TimeUnready()),
		short(longest.Length()), short(longest.From), longest.Why)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}
