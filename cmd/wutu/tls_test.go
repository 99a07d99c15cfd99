package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wutu/geo/geotest/outside"
)

// trusting is a client that trusts the authority in file and nobody else.
func trusting(t *testing.T, file string, change func(*tls.Config)) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("%s is no certificate", file)
	}
	config := &tls.Config{RootCAs: pool}
	if change != nil {
		change(config)
	}
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}, Timeout: patience}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// Clients that import the authority trust the server by every name and address
// of the machine, after a restart too; others do not. Nothing below TLS 1.2.
func TestServeWithItsOwnAuthority(t *testing.T) {
	dir := smallCity(t)
	s := serve(t, dir, "--demo", "--tls-self", "--listen", "0.0.0.0:0", "--access-log", filepath.Join(dir, "..", "access.log"))
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.base, "https://"))
	if err != nil {
		t.Fatalf("%s: %v", s.base, err)
	}
	file := filepath.Join(dir, "tls", "ca.pem")
	client := trusting(t, file, nil)
	hosts := []string{"localhost", "127.0.0.1"}
	ips, err := localAddresses()
	if err != nil {
		t.Fatal(err)
	}
	for _, ip := range ips {
		if ip.To4() != nil {
			hosts = append(hosts, ip.String())
		}
	}
	for _, host := range hosts {
		res, err := client.Get("https://" + net.JoinHostPort(host, port) + "/healthz")
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusOK || res.ProtoMajor != 2 {
			t.Errorf("%s: %s %s", host, res.Proto, res.Status)
		}
	}
	address := net.JoinHostPort("127.0.0.1", port)
	if _, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}}).Get("https://" + address); err == nil {
		t.Error("a client that trusts nobody takes the certificate")
	}
	for version, want := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		c := trusting(t, file, func(c *tls.Config) { c.MinVersion, c.MaxVersion = version, version })
		res, err := c.Get("https://" + address + "/healthz")
		if err == nil {
			res.Body.Close()
		}
		if (err == nil) != want {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
	if res, err := http.Get("http://" + address + "/healthz"); err == nil {
		res.Body.Close()
		if res.StatusCode == http.StatusOK {
			t.Error("the port answers without encryption")
		}
	}
	for _, tt := range []struct {
		tool string
		args []string
		want string
		fail bool
	}{
		{"curl", []string{"-sS", "--cacert", file, "https://localhost:" + port + "/healthz"}, `"status":"ok"`, false},
		{"curl", []string{"-sS", "https://localhost:" + port + "/healthz"}, "", true},
		{"curl", []string{"-sS", "--cacert", file, "--resolve", "elsewhere.example:" + port + ":127.0.0.1", "https://elsewhere.example:" + port + "/healthz"}, "", true},
		{"openssl", []string{"s_client", "-connect", address, "-CAfile", file, "-verify_return_error", "-verify_ip", "127.0.0.1", "-brief"}, "Verification: OK", false},
		{"openssl", []string{"verify", "-x509_strict", "-CAfile", file, "-check_ss_sig", file}, "OK", false},
	} {
		t.Run(tt.tool, func(t *testing.T) {
			outside.Program(t, tt.tool, tt.tool)
			out, err := exec.CommandContext(t.Context(), tt.tool, tt.args...).CombinedOutput()
			if (err != nil) != tt.fail || !strings.Contains(string(out), tt.want) {
				t.Errorf("%v: %v\n%s", tt.args, err, out)
			}
		})
	}
	for name, want := range map[string]os.FileMode{"tls": 0o700, "tls/ca-key.pem": 0o600} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", name, info.Mode().Perm(), err)
		}
	}
	for _, path := range []string{"/tls/ca-key.pem", "/city/tls/ca-key.pem", "/../tls/ca-key.pem", "/%2e%2e/tls/ca-key.pem"} {
		if res, err := client.Get("https://" + address + path); err != nil || res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %v %v", path, res.Status, err)
		}
	}
	s.stop()
	checkAccessLog(t, filepath.Join(dir, "..", "access.log"))
	again := serve(t, dir, "--tls-self")
	if res, err := client.Get(again.base + "/healthz"); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("after a restart: %v", err)
	}
}

// checkAccessLog: a line per answered request, complete after a stop.
func checkAccessLog(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	healthy := 0
	for line := range strings.Lines(string(b)) {
		var l struct {
			Route  string
			Status int
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if l.Route == "GET /healthz" && l.Status == http.StatusOK {
			healthy++
		}
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 || healthy < 4 {
		t.Errorf("%d lines of health, %v %v", healthy, info.Mode(), err)
	}
}

// A certificate is renewed long before it expires, and when a client comes in by
// an address that it does not name; never does it outlive the authority.
func TestCertificatesAreRenewed(t *testing.T) {
	dir, at := t.TempDir(), time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	a, err := openAuthority(dir, at)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	s := &selfSigner{authority: a, names: []string{"localhost"}, now: func() time.Time { return at },
		addresses: func() ([]net.IP, error) { return []net.IP{net.IPv4(192, 0, 2, 1)}, nil }}
	made, last := 0, (*tls.Certificate)(nil)
	for begin := at; at.Before(a.cert.NotAfter); at = at.Add(24 * time.Hour) {
		cert, err := s.certificate(&tls.ClientHelloInfo{})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"localhost", "192.0.2.1", "127.0.0.1", "::1"} {
			if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: at, DNSName: name}); err != nil {
				t.Fatalf("%v, %s: %v", at, name, err)
			}
		}
		if left := cert.Leaf.NotAfter.Sub(at); left < 29*24*time.Hour && cert.Leaf.NotAfter.Before(a.cert.NotAfter) {
			t.Fatalf("%v left after %v", left, at.Sub(begin))
		}
		if cert != last {
			made, last = made+1, cert
		}
	}
	if made < 59 || made > 62 { // ten years of 60 days
		t.Errorf("%d certificates", made)
	}
	if _, err := openAuthority(dir, at.Add(48*time.Hour)); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("an expired authority: %v", err)
	}
	at = a.cert.NotBefore.Add(2 * time.Hour)
	s.renew = at.Add(time.Hour)
	if _, err := s.certificate(&tls.ClientHelloInfo{Conn: connAt{net.IPv4(198, 51, 100, 7)}}); err != nil {
		t.Fatal(err)
	}
	if err := s.cert.Leaf.VerifyHostname("198.51.100.7"); err != nil {
		t.Errorf("a new address: %v", err)
	}
}

// connAt is a connection that came in by an address.
type connAt struct{ ip net.IP }

func (c connAt) LocalAddr() net.Addr              { return &net.TCPAddr{IP: c.ip, Port: 443} }
func (connAt) RemoteAddr() net.Addr               { return nil }
func (connAt) Read([]byte) (int, error)           { return 0, io.EOF }
func (connAt) Write([]byte) (int, error)          { return 0, io.ErrClosedPipe }
func (connAt) Close() error                       { return nil }
func (connAt) SetDeadline(time.Time) error        { return nil }
func (connAt) SetReadDeadline(time.Time) error    { return nil }
func (connAt) SetWriteDeadline(t time.Time) error { return nil }

// An authority that browsers trust is never replaced silently, nor used when
// others can read its key.
func TestAuthorityIsKept(t *testing.T) {
	at := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for what, damage := range map[string]func(cert, key string) error{
		"is missing":             func(_, key string) error { return os.Remove(key) },
		"put it back":            func(cert, _ string) error { return os.Remove(cert) },
		"may be read by others":  func(_, key string) error { return os.Chmod(key, 0o640) },
		"failed to find any PEM": func(cert, _ string) error { return os.WriteFile(cert, []byte("?"), 0o600) },
	} {
		dir := t.TempDir()
		first, err := openAuthority(dir, at)
		if err != nil {
			t.Fatal(err)
		}
		again, err := openAuthority(dir, at)
		if err != nil || !first.cert.Equal(again.cert) || !first.key.Equal(again.key) {
			t.Fatalf("the authority changes: %v", err)
		}
		if err := damage(first.file, filepath.Join(dir, "tls", "ca-key.pem")); err != nil {
			t.Fatal(err)
		}
		if _, err := openAuthority(dir, at); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A port that other machines reach is encrypted, or the operator says that it
// need not be.
func TestPlainPortsAreForThisMachine(t *testing.T) {
	p := &program{stdout: io.Discard, stderr: io.Discard, dir: t.TempDir()}
	for _, tt := range []struct {
		flags listenFlags
		ok    bool
	}{
		{listenFlags{address: "127.0.0.1:0"}, true},
		{listenFlags{address: "localhost:0"}, true},
		{listenFlags{address: "127.1.2.3:0"}, true},
		{listenFlags{address: ":0"}, false},
		{listenFlags{address: "0.0.0.0:0"}, false},
		{listenFlags{address: "[::]:0"}, false},
		{listenFlags{address: "0.0.0.0:0", insecure: true}, true},
		{listenFlags{address: "0.0.0.0:0", tlsSelf: true}, true},
		{listenFlags{address: "127.0.0.1:0", tlsSelf: true, tlsKey: "x"}, false},
	} {
		l, scheme, err := p.listen(t.Context(), tt.flags)
		if (err == nil) != tt.ok {
			t.Errorf("%+v: %v", tt.flags, err)
		}
		if err == nil {
			if want := map[bool]string{true: "https", false: "http"}[tt.flags.tlsSelf]; scheme != want {
				t.Errorf("%+v: %s", tt.flags, scheme)
			}
			l.Close()
		}
	}
	dir := smallCity(t)
	code, _, errs := run(t, "serve", "--data", dir, "--listen", "0.0.0.0:0")
	if code != 1 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "--tls-self") || !strings.Contains(errs, "--insecure") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if code, _, errs := run(t, "serve", "--data", dir, "--listen", "127.0.0.1:0", "--allow-origin", "*"); code != 1 || !strings.Contains(errs, "origin") {
		t.Errorf("every origin allowed: exit %d: %s", code, errs)
	}
	if err := os.WriteFile(filepath.Join(dir, "here"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := run(t, "serve", "--data", dir, "--listen", "127.0.0.1:0", "--access-log", filepath.Join(dir, "here", "log")); code != 1 || !strings.Contains(errs, "here") {
		t.Errorf("no access log: exit %d: %s", code, fmt.Sprint(errs))
	}
}
