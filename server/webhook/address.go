package webhook

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"wutu/layers"
)

// maxAddress bounds an address, in bytes.
const maxAddress = 2000

// checkAddress reports why text is no address to send to. near allows plain http, and
// networks that are not public. The error is Invalid.
func checkAddress(text string, near bool) error {
	bad := func(message string) error { return layers.Invalidf("webhook", "/url", message) }
	if len(text) > maxAddress {
		return bad(fmt.Sprintf("is longer than %d bytes", maxAddress))
	}
	if strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) >= 0 {
		return bad("has spaces, control characters or letters beyond ASCII: names are written in Punycode")
	}
	u, err := url.Parse(text)
	if err != nil {
		return bad("is not an address")
	}
	switch {
	case u.Scheme == "http" && !near:
		return bad("is not https")
	case u.Scheme != "https" && u.Scheme != "http":
		return bad("is not an https address")
	case u.Hostname() == "" || u.Opaque != "":
		return bad("names no host")
	case u.User != nil:
		return bad("has a user name: the signature proves who sends")
	case u.Fragment != "" || strings.HasSuffix(text, "#"):
		return bad("has a fragment, which is never sent")
	}
	if port := u.Port(); port != "" || strings.HasSuffix(u.Host, ":") {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return bad("has a port that is not between 1 and 65535")
		}
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !near && !public(ip) {
		return bad("is in a network that is not public")
	}
	return nil
}

// special are networks that are not the public Internet, beyond those netip knows;
// IANA's registries of special-purpose addresses (RFC 6890 and its successors). Those
// that carry addresses of IPv4 in addresses of IPv6 are among them.
var special = func() (out []netip.Prefix) {
	for _, s := range [...]string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10"} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()

// public reports whether an address is one of the public Internet.
func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() {
		return false
	}
	for _, p := range special {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// guard refuses connections to addresses that are not public, after names are
// resolved and before a byte is sent.
func guard(_ context.Context, _, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return err
	}
	if !public(ip) {
		return errNear
	}
	return nil
}
