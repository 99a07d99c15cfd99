package keyring

import (
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/big"

	"github.com/emmansun/gmsm/ecdh"
	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"
)

// gm is the suite of the Chinese national algorithms.
type gm struct{}

const algSM2 = "SM2"

// sm2Identity is the signer's distinguishing identifier where none was agreed
// (GB/T 35276, GM/T 0009 section 10).
const sm2Identity = "1234567812345678"

// sm2Bytes is the length of an SM2 private key, and of each coordinate of a
// point.
const sm2Bytes = 32

func (gm) newHash() hash.Hash { return sm3.New() }

func (gm) keyBytes() int { return 16 }

func (gm) aead(key []byte) (cipher.AEAD, error) {
	block, err := sm4.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (gm) signature() string { return algSM2 }

// newSigning takes the first 32 bytes that are a private key; all but one in
// 2³² are.
func (gm) newSigning(r io.Reader) ([]byte, error) {
	b := make([]byte, sm2Bytes)
	for range 16 {
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, err
		}
		if _, err := (gm{}).signer(b); err == nil {
			return b, nil
		}
	}
	return nil, errors.New("the source of randomness gives no SM2 key")
}

func (gm) signer(private []byte) (signer, error) {
	if len(private) != sm2Bytes {
		return nil, fmt.Errorf("an SM2 key has %d bytes", sm2Bytes)
	}
	key, err := ecdh.P256().NewPrivateKey(private)
	if err != nil {
		return nil, err
	}
	public, err := sm2Public(key.PublicKey().Bytes())
	if err != nil {
		return nil, err
	}
	// GB/T 32918.1 section 6.1: the key lies in [1, n-2].
	d := new(big.Int).SetBytes(private)
	if new(big.Int).Add(d, big.NewInt(1)).Cmp(sm2.P256().Params().N) >= 0 {
		return nil, errors.New("the number is too large for an SM2 key")
	}
	out := &sm2Signer{point: key.PublicKey().Bytes()}
	out.key.PublicKey, out.key.D = *public, d
	return out, nil
}

func (gm) hashPassword(pw []byte, r io.Reader) (string, error) { return hashPBKDF2(pw, r) }

// sm2Signer signs with SM2 over SM3; the signature is the DER SEQUENCE of r and
// s, the public key the uncompressed point.
type sm2Signer struct {
	key   sm2.PrivateKey
	point []byte
}

func (k *sm2Signer) public() []byte { return k.point }

func (k *sm2Signer) sign(b []byte) ([]byte, error) {
	return k.key.SignWithSM2(rand.Reader, []byte(sm2Identity), b)
}

// sm2Public reads an uncompressed point and checks that it lies on the curve.
func sm2Public(point []byte) (*ecdsa.PublicKey, error) {
	if len(point) != 1+2*sm2Bytes || point[0] != 4 {
		return nil, errors.New("is no uncompressed point of the SM2 curve")
	}
	if _, err := ecdh.P256().NewPublicKey(point); err != nil {
		return nil, err
	}
	//lint:ignore SA1019 the library has no other constructor, and the standard one knows no SM2 curve
	return &ecdsa.PublicKey{Curve: sm2.P256(), X: new(big.Int).SetBytes(point[1 : 1+sm2Bytes]),
		//lint:ignore SA1019 as above
		Y: new(big.Int).SetBytes(point[1+sm2Bytes:])}, nil
}

func verifySM2(public, b, sig []byte) bool {
	key, err := sm2Public(public)
	return err == nil && sm2.VerifyASN1WithSM2(key, []byte(sm2Identity), b, sig)
}
