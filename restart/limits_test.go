package restart_test

import (
	"strings"
	"testing"
	"time"

	"github.com/podclock/podclock/restart"
)

const second = time.Second

func TestLimitsFollowGatesAndConfiguration(t *testing.T) {
	reduced := restart.Gates{ReduceCrashLoopBackOffDecay: true}
	fixed := restart.Gates{DisableCrashLoopBackOffMax: true}
	both := restart.Gates{ReduceCrashLoopBackOffDecay: true, DisableCrashLoopBackOffMax: true}
	rows := []struct {
		why          string
		config       restart.Config
		initial, max time.Duration
	}{
		{"R15 row 1: defaults", restart.Config{}, 10 * second, 300 * second},
		{"R15 row 2: M above the initial delay", restart.Config{MaxContainerRestartPeriod: 60 * second}, 10 * second, 60 * second},
		{"R15 row 2: M below the initial delay", restart.Config{MaxContainerRestartPeriod: 3 * second}, 3 * second, 3 * second},
		{"R15 row 3: the config default wins over 60 s", restart.Config{Gates: reduced}, second, 300 * second},
		{"R15 row 4", restart.Config{Gates: reduced, MaxContainerRestartPeriod: 120 * second}, second, 120 * second},
		{"R15 row 4: at the least M", restart.Config{Gates: reduced, MaxContainerRestartPeriod: second}, second, second},
		{"R15 row 5", restart.Config{Gates: both}, second, 60 * second},
		{"R15 row 6", restart.Config{Gates: fixed}, 10 * second, 300 * second},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			got, err := row.config.Limits()
			want := restart.Limits{Initial: row.initial, Max: row.max, Expiry: 600 * second}
			if err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		})
	}
	if got, _ := (restart.Config{}).Limits(); got != restart.DefaultLimits() {
		t.Errorf("the default configuration makes %+v, not the default limits", got)
	}
}

func TestABadMaximumIsAnErrorThatNamesValueAndCure(t *testing.T) {
	rows := []struct {
		why    string
		config restart.Config
		want   string
	}{
		{"below 1 s", restart.Config{MaxContainerRestartPeriod: 999 * time.Millisecond},
			"restart: maxContainerRestartPeriod: 999ms: must be between 1s and 300s"},
		{"above 300 s", restart.Config{MaxContainerRestartPeriod: 301 * second},
			"restart: maxContainerRestartPeriod: 5m1s: must be between 1s and 300s"},
		{"negative", restart.Config{MaxContainerRestartPeriod: -second},
			"restart: maxContainerRestartPeriod: -1s: must be between 1s and 300s"},
		{"without its gate", restart.Config{MaxContainerRestartPeriod: 60 * second, Gates: restart.Gates{DisableCrashLoopBackOffMax: true}},
			"must not be set without feature gate KubeletCrashLoopBackOffMax"},
	}
	for _, row := range rows {
		t.Run(row.why, func(t *testing.T) {
			limits, err := row.config.Limits()
			if err == nil || !strings.Contains(err.Error(), row.want) || limits != (restart.Limits{}) {
				t.Errorf("got %+v, %v; want an error with %q", limits, err, row.want)
			}
		})
	}
}
