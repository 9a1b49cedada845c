package scenario

import (
	"slices"
	"strings"
)

// nearest returns the known name that was most likely meant. If none is near enough,
// it returns "".
func nearest(name string, known []string) string {
	if len(name) > maxGuessed {
		return ""
	}
	tolerance := max(1, len(name)/3)
	best, bestDistance := "", tolerance+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		a, b := strings.ToLower(name), strings.ToLower(k)
		d := distance(a, b)
		if cutShort(a, b) {
			d = min(d, tolerance)
		}
		if d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// maxGuessed bounds the length of a name to guess at, since the time for a guess
// grows with the length.
const maxGuessed = 64

// cutShort reports whether name begins like the known one and differs only at the
// end, as liveness, ready and okay do from livenessProbe, readiness and ok.
func cutShort(name, known string) bool {
	same := 0
	for same < min(len(name), len(known)) && name[same] == known[same] {
		same++
	}
	return len(name)-same <= 2 && (same >= 4 || same == len(name) && same > 2 || same == len(known) && same > 1)
}

// maxHints is how many known names an error lists at most.
const maxHints = 24

// hint returns the cure for an unknown name: the nearest known name, or all known
// names.
func hint(name string, known []string) string {
	if n := nearest(name, known); n != "" {
		return "did you mean " + n + "?"
	}
	if len(known) == 0 || len(known) > maxHints {
		return "check its name and its indentation"
	}
	return "known here: " + strings.Join(slices.Sorted(slices.Values(known)), ", ")
}

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to turn a into b.
func distance(a, b string) int {
	before, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range len(a) {
		cur[0] = i + 1
		for j := range len(b) {
			differs := 1
			if a[i] == b[j] {
				differs = 0
			}
			cur[j+1] = min(prev[j+1]+1, cur[j]+1, prev[j]+differs)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				cur[j+1] = min(cur[j+1], before[j-1]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}
