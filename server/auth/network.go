package auth

import "net/netip"

// network is what one sender can choose addresses from: an IPv4 address, or the
// /64 of an IPv6 address (RFC 4291 section 2.5.4).
func network(origin string) string {
	a, err := netip.ParseAddr(origin)
	if err != nil {
		return ""
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return ""
	}
	return p.String()
}
