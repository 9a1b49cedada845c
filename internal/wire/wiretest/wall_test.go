package wiretest_test

import (
	"testing"
	"time"

	"github.com/podclock/podclock/internal/wire/wiretest"
)

func TestMoveWall(t *testing.T) {
	now := time.Now()
	for _, d := range []time.Duration{0, 1, -1, 999_999_999, -999_999_999, time.Hour, -time.Hour - time.Millisecond} {
		moved := wiretest.MoveWall(now, d)
		if wall, mono := moved.Round(0).Sub(now.Round(0)), moved.Sub(now); wall != d || mono != 0 {
			t.Errorf("moved by %v: wall %v, monotonic %v", d, wall, mono)
		}
	}
}
