package keyring

import (
	"crypto/cipher"
	"fmt"
	"hash"
	"io"

	"wutu/layers"
)

// Suite names a set of algorithms. The names are part of the key file.
type Suite string

// The suites.
const (
	Standard Suite = "standard" // AES-256-GCM, SHA-256, Ed25519, argon2id
	GM       Suite = "gm"       // SM4-GCM, SM3, SM2, PBKDF2-SM3
)

// Suites lists the suites, the default first.
func Suites() []Suite { return []Suite{Standard, GM} }

// ParseSuite returns the suite called name. The error is Invalid.
func ParseSuite(name string) (Suite, error) {
	s := Suite(name)
	if algorithmsOf(s) == nil {
		return "", layers.Invalidf("keyring", "suite", fmt.Sprintf("%.40q is none of %s, %s", name, Standard, GM))
	}
	return s, nil
}

// NewHash returns the hash of the suite: SM3 for GM, SHA-256 for every other.
func NewHash(s Suite) hash.Hash {
	if a := algorithmsOf(s); a != nil {
		return a.newHash()
	}
	return standard{}.newHash()
}

// algorithms is what a suite consists of. Implementations have no state.
type algorithms interface {
	newHash() hash.Hash
	keyBytes() int                          // of the cipher
	aead(key []byte) (cipher.AEAD, error)   // with nonces of 12 and tags of 16 bytes
	signature() string                      // name of the signature algorithm
	newSigning(r io.Reader) ([]byte, error) // makes a private key
	signer(private []byte) (signer, error)
	hashPassword(pw []byte, r io.Reader) (string, error)
}

// signer signs with one private key. Safe for use by many goroutines.
type signer interface {
	public() []byte
	sign(b []byte) ([]byte, error)
}

// algorithmsOf returns nil for a suite that does not exist.
func algorithmsOf(s Suite) algorithms {
	switch s {
	case Standard:
		return standard{}
	case GM:
		return gm{}
	}
	return nil
}
