package scenario

import (
	"strings"
	"testing"
	"time"
)

func TestTimesAreWrittenAsInGoAndInDays(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "40s": 40 * time.Second, "1h30m": 90 * time.Minute, "1.5s": 1500 * time.Millisecond, "+12m30s": 750 * time.Second,
		"2d": 48 * time.Hour, "1d12h": 36 * time.Hour, "36500d": maxDuration,
	} {
		if got, problem := parseDuration(s); got != want || problem != "" {
			t.Errorf("%q is %s (%s); want %s", s, got, problem, want)
		}
	}
}

func TestTimesThatAreNoneSayWhy(t *testing.T) {
	for s, want := range map[string]string{
		"": "is no time", "s": "is no time", "10": "has no unit", "1.5": "has no unit", "-1s": "is negative", "soon": "is no time",
		"d": "is no time", "-1d": "is no time", "1d-1h": "is no time", "1dd": "is no time", "2dx": "is no time",
		"36501d": "100 years", "36500d1s": "100 years", "99999999999999999999d": "100 years", "3000000h": "100 years", "9999999999999999999999s": "100 years",
	} {
		if got, problem := parseDuration(s); !strings.Contains(problem, want) || got != 0 {
			t.Errorf("%q is %s (%s); want a problem that %s", s, got, problem, want)
		}
	}
}
