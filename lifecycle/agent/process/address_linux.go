package process

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"net/netip"
)

// Pods have addresses in 127.64.0.0/10. All of 127.0.0.0/8 is this machine, but
// others use its beginning (127.0.0.1, 127.0.0.53, 127.0.1.1).
const (
	firstAddress = 127<<24 | 64<<16
	addressCount = 1 << 22
)

// addresses gives out one address after the other, so that a freed one is not
// used again for long.
type addresses struct{ at uint32 }

// newAddresses begins at a place that depends on the directory, so that two
// agents of one machine rarely use the same address.
func newAddresses(dir string) addresses {
	h := fnv.New32a()
	h.Write([]byte(dir))
	return addresses{at: h.Sum32() % addressCount}
}

// next returns an address that is not in use.
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
