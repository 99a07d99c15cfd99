package keyring

import (
	"errors"
	"fmt"

	"wutu/layers"
)

// Signature is a signature with the name of its key. In JSON the bytes are
// base64.
type Signature struct {
	KeyID string `json:"key_id"`
	Alg   string `json:"alg"` // Ed25519 or SM2
	Sig   []byte `json:"sig"` // 64 bytes, or the DER SEQUENCE of r and s
}

// Public is the public half of a signing key: what somebody needs who verifies
// without the ring. In JSON the bytes are base64.
type Public struct {
	KeyID string `json:"key_id"`
	Alg   string `json:"alg"`
	Key   []byte `json:"key"` // 32 bytes, or an uncompressed point of 65
}

// Sign signs b with the current signing key.
func (r *Ring) Sign(b []byte) (Signature, error) {
	s := r.now.Load()
	k := s.sign[len(s.sign)-1]
	sig, err := k.signer.sign(b)
	if err != nil {
		return Signature{}, &layers.Error{Kind: layers.Internal, Op: "keyring.Sign", Err: err}
	}
	return Signature{KeyID: k.id, Alg: s.alg.signature(), Sig: sig}, nil
}

// Public returns the public half of the current signing key. The bytes belong to
// the caller.
func (r *Ring) Public() Public {
	all := r.Publics()
	return all[len(all)-1]
}

// Publics returns the public halves of all signing keys, oldest first. The bytes
// belong to the caller.
func (r *Ring) Publics() []Public {
	s := r.now.Load()
	out := make([]Public, len(s.sign))
	for i, k := range s.sign {
		out[i] = Public{KeyID: k.id, Alg: s.alg.signature(), Key: append([]byte(nil), k.signer.public()...)}
	}
	return out
}

// Verify reports whether s is a signature of b by the key p: nil, or an Invalid
// error that says what does not fit.
func Verify(p Public, b []byte, s Signature) error {
	fail := func(err error) error {
		return &layers.Error{Kind: layers.Invalid, Op: "keyring.Verify", ID: s.KeyID, Err: err}
	}
	if s.KeyID != p.KeyID || s.Alg != p.Alg {
		return fail(fmt.Errorf("signed with the %.20s key %.20q, not with the %.20s key %.20q", s.Alg, s.KeyID, p.Alg, p.KeyID))
	}
	ok := false
	switch p.Alg {
	case algEd25519:
		ok = verifyEd25519(p.Key, b, s.Sig)
	case algSM2:
		ok = verifySM2(p.Key, b, s.Sig)
	default:
		return fail(fmt.Errorf("unknown signature algorithm %.20q", p.Alg))
	}
	if !ok {
		return fail(errors.New("the signature does not fit"))
	}
	return nil
}
