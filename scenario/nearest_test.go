package scenario

import "testing"

func TestNearestGuessesSlipsAndNothingElse(t *testing.T) {
	known := []string{"livenessProbe", "readinessProbe", "startupProbe", "name", "image"}
	for name, want := range map[string]string{
		"livenesProbe": "livenessProbe", "LivenessProbe": "livenessProbe", "liveness": "livenessProbe",
		"nmae": "name", "readynessProbe": "readinessProbe", "imagePullPolicy": "", "li": "",
	} {
		if got := nearest(name, known); got != want {
			t.Errorf("nearest(%q) = %q; want %q", name, got, want)
		}
	}
}

func TestDistanceCountsInsertionsDeletionsReplacementsAndSwaps(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 1}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d; want %d", c.a, c.b, got, c.want)
		}
		if distance(c.a, c.b) != distance(c.b, c.a) {
			t.Errorf("distance(%q, %q) is not symmetric", c.a, c.b)
		}
	}
}
