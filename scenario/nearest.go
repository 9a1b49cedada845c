package scenario

import (
	"slices"
	"strings"
)

// nearest returns the known name that name was most likely meant to be; ""
// if none is near enough to be worth a guess.
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

// maxGuessed is how long a name may be to be a slip: guessing takes time in
// proportion.
const maxGuessed = 64

// cutShort reports whether name begins as the known one does and then breaks
// off or goes its own way: liveness, ready, okay.
func cutShort(name, known string) bool {
	same := 0
	for same < min(len(name), len(known)) && name[same] == known[same] {
		same++
	}
	return len(name)-same <= 2 && (same >= 4 || same == len(name) && same > 2 || same == len(known) && same > 1)
}

// maxHints is how many names are worth listing.
const maxHints = 24

// hint words the cure for an unknown name: the nearest known one, or all.
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
