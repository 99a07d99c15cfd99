package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// authorityLife is long: browsers must import each new authority by hand.
const authorityLife = 10 * 365 * 24 * time.Hour

// authority is the city's own local certificate authority. It lies in DIR/tls:
// ca.pem for everybody, ca-key.pem for the owner of the folder alone, since who
// reads it can pose as any site to those who imported ca.pem. Nothing under DIR
// is served.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // of the certificate
}

// openAuthority reads the authority of the city in dir, or makes it on first
// use. It never replaces one: browsers would not trust the new one. Errors tell
// what to do.
func openAuthority(dir string, now time.Time) (authority, error) {
	dir = filepath.Join(dir, "tls")
	a := authority{file: filepath.Join(dir, "ca.pem")}
	keyFile := filepath.Join(dir, "ca-key.pem")
	_, certErr := os.Stat(a.file)
	info, keyErr := os.Stat(keyFile)
	switch {
	case errors.Is(certErr, fs.ErrNotExist) && errors.Is(keyErr, fs.ErrNotExist):
		return a, a.make(dir, keyFile, now)
	case certErr != nil || keyErr != nil:
		return a, fmt.Errorf("of the local authority's %s and %s one is missing: put it back, or remove the other to make a new authority, which browsers must import again (%w)",
			a.file, keyFile, errors.Join(certErr, keyErr))
	case info.Mode().Perm()&0o077 != 0:
		return a, fmt.Errorf("%s may be read by others (mode %04o): who has read it can pose as any site to browsers that trust %s; "+
			"chmod 600 it if nobody has, otherwise remove both and import the new authority", keyFile, info.Mode().Perm(), a.file)
	}
	pair, err := tls.LoadX509KeyPair(a.file, keyFile)
	if err != nil {
		return a, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if a.cert, a.key = pair.Leaf, key; !ok || !a.cert.IsCA {
		return a, errors.New(a.file + " is not an authority this program made")
	}
	if now.After(a.cert.NotAfter) {
		return a, fmt.Errorf("the local authority %s expired on %s: remove it and %s, and import the new one", a.file, a.cert.NotAfter.Format(time.DateOnly), keyFile)
	}
	return a, nil
}

// make creates the authority and its files, the key first: a key without a
// certificate has signed nothing.
func (a *authority) make(dir, keyFile string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template, err := certificate("wutu local authority", now, authorityLife)
	if err != nil {
		return err
	}
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := writePEM(keyFile, "EC PRIVATE KEY", private, 0o600); err != nil {
		return err
	}
	if err := writePEM(a.file, "CERTIFICATE", der, 0o644); err != nil {
		return errors.Join(err, os.Remove(keyFile))
	}
	a.key = key
	a.cert, err = x509.ParseCertificate(der)
	return err
}

// writePEM writes a file that must not be there yet.
func writePEM(name, kind string, der []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	err = pem.Encode(f, &pem.Block{Type: kind, Bytes: der})
	return errors.Join(err, f.Sync(), f.Close())
}

// fingerprint is what browsers and openssl show of the certificate.
func (a *authority) fingerprint() string {
	sum := sha256.Sum256(a.cert.Raw)
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(parts, ":")
}
