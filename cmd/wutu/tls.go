package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// How long the server's certificates are valid, and when they are replaced: as
// the public authorities do it, well below the 398 days that browsers take.
const (
	certificateLife  = 90 * 24 * time.Hour
	certificateRenew = 60 * 24 * time.Hour
)

// selfSigner makes the server's certificates, signed by the city's own local
// authority. They live in memory: a new one is made at each start, when the old
// one grows old, and when a client comes in by an address it does not name. Safe
// for concurrent use.
type selfSigner struct {
	authority authority
	names     []string // besides localhost and the name of the machine
	now       func() time.Time
	addresses func() ([]net.IP, error) // of this machine

	mu    sync.Mutex
	cert  *tls.Certificate
	renew time.Time
}

// selfSigned prepares certificates for a server on the address listen.
func (p *program) selfSigned(listen string) (*selfSigner, error) {
	a, err := openAuthority(p.dir, now())
	if err != nil {
		return nil, err
	}
	s := &selfSigner{authority: a, now: now, addresses: localAddresses, names: []string{"localhost"}}
	if name, err := os.Hostname(); err == nil && name != "localhost" {
		s.names = append(s.names, name)
	}
	if host, _, err := net.SplitHostPort(listen); err == nil && host != "" && net.ParseIP(host) == nil && !slices.Contains(s.names, host) {
		s.names = append(s.names, host)
	}
	if _, err := s.certificate(&tls.ClientHelloInfo{}); err != nil {
		return nil, err
	}
	p.say("certificates are signed by %s, to be imported into browsers\n  its fingerprint (SHA-256): %s", a.file, a.fingerprint())
	return s, nil
}

// certificate is for tls.Config.GetCertificate.
func (s *selfSigner) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	var local net.IP
	if hello.Conn != nil {
		if a, ok := hello.Conn.LocalAddr().(*net.TCPAddr); ok {
			local = a.IP
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cert != nil && s.now().Before(s.renew) && (local == nil || slices.ContainsFunc(s.cert.Leaf.IPAddresses, local.Equal)) {
		return s.cert, nil
	}
	cert, err := s.make(local)
	if err != nil {
		return nil, err
	}
	s.cert, s.renew = cert, s.now().Add(certificateRenew)
	return cert, nil
}

// make signs a new certificate for the names and all addresses of this machine.
func (s *selfSigner) make(local net.IP) (*tls.Certificate, error) {
	ips, err := s.addresses()
	if err != nil {
		return nil, err
	}
	for _, ip := range []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, local} {
		if ip != nil && !slices.ContainsFunc(ips, ip.Equal) {
			ips = append(ips, ip)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template, err := certificate("wutu", s.now(), certificateLife)
	if err != nil {
		return nil, err
	}
	if end := s.authority.cert.NotAfter; template.NotAfter.After(end) {
		template.NotAfter = end
	}
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.BasicConstraintsValid = true
	template.DNSNames, template.IPAddresses = s.names, ips
	der, err := x509.CreateCertificate(rand.Reader, template, s.authority.cert, &key.PublicKey, s.authority.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, s.authority.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// localAddresses lists the addresses of this machine, in the order of its
// network cards.
func localAddresses() ([]net.IP, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var out []net.IP
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok {
			out = append(out, n.IP)
		}
	}
	return out, nil
}

// certificate is the part that both kinds share.
func certificate(name string, from time.Time, life time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		// An hour for clients whose clocks are behind.
		NotBefore: from.Add(-time.Hour), NotAfter: from.Add(life), KeyUsage: x509.KeyUsageDigitalSignature}, nil
}
