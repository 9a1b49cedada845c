package http1

import "net/netip"

// Literal returns the address if host is a plain IP. Such a host needs no resolver and no
// index of an interface.
func Literal(host string, port int) (netip.AddrPort, bool) {
	ip, err := netip.ParseAddr(host)
	if err != nil || ip.Zone() != "" || ip.Is4In6() || ip.IsUnspecified() {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(ip, uint16(port)), true
}
