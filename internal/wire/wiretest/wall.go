package wiretest

import (
	"time"
	"unsafe"
)

// MoveWall returns a time with its wall reading moved by d and its monotonic reading
// kept, as after the clock was set.
func MoveWall(t time.Time, d time.Duration) time.Time {
	type raw struct {
		wall uint64 // 1 bit: monotonic; 33 bits: seconds; 30 bits: nanoseconds
		ext  int64
		loc  *time.Location
	}
	const second, nanoseconds = 1 << 30, 1<<30 - 1
	r := (*raw)(unsafe.Pointer(&t))
	d += time.Duration(r.wall & nanoseconds)
	rest := (d%time.Second + time.Second) % time.Second
	r.wall = r.wall&^nanoseconds + uint64(int64((d-rest)/time.Second))*second + uint64(rest)
	return t
}
