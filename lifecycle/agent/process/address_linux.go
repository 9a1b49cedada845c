package process

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"net/netip"
)

// Pods have addresses in 127.64.0.0/10: all of 127.0.0.0/8 is this machine, and
// its beginning is in use elsewhere (127.0.0.1, 127.0.0.53, 127.0.1.1).
const (
	firstAddress = 127<<24 | 64<<16
	addressCount = 1 << 22
)

// addresses gives one after the other, so that one that was given back rests
// for long.
type addresses struct{ at uint32 }

// newAddresses begins at a place that the directory decides: two agents of one
// machine rarely meet.
func newAddresses(dir string) addresses {
	h := fnv.New32a()
	h.Write([]byte(dir))
	return addresses{at: h.Sum32() % addressCount}
}

// next returns an address that is not used.
func (a *addresses) next(used map[string]bool) (string, error) {
	for range addressCount {
		a.at = (a.at + 1) % addressCount
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], firstAddress+a.at)
		last := b[3]
		if ip := netip.AddrFrom4(b).String(); last != 0 && last != 255 && !used[ip] {
			return ip, nil
		}
	}
	return "", errors.New("no address of 127.64.0.0/10 is left: remove pods")
}
