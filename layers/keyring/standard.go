package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
)

// standard is the suite of the algorithms every platform has.
type standard struct{}

const algEd25519 = "Ed25519"

func (standard) newHash() hash.Hash { return sha256.New() }

func (standard) keyBytes() int { return 32 }

func (standard) aead(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (standard) signature() string { return algEd25519 }

func (standard) newSigning(r io.Reader) ([]byte, error) {
	seed := make([]byte, ed25519.SeedSize)
	_, err := io.ReadFull(r, seed)
	return seed, err
}

func (standard) signer(private []byte) (signer, error) {
	if len(private) != ed25519.SeedSize {
		return nil, errors.New("an Ed25519 key has 32 bytes")
	}
	return edwards(ed25519.NewKeyFromSeed(private)), nil
}

func (standard) hashPassword(pw []byte, r io.Reader) (string, error) { return hashArgon2id(pw, r) }

// edwards signs with Ed25519 (RFC 8032).
type edwards ed25519.PrivateKey

func (k edwards) public() []byte { return ed25519.PrivateKey(k)[ed25519.SeedSize:] }

func (k edwards) sign(b []byte) ([]byte, error) { return ed25519.Sign(ed25519.PrivateKey(k), b), nil }

func verifyEd25519(public, b, sig []byte) bool {
	return len(public) == ed25519.PublicKeySize && ed25519.Verify(public, b, sig)
}
