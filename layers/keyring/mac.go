package keyring

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"sync"
)

// BlindBytes is the length of a blind hash: 128 bits, so that two of a billion
// values share one with a probability below 2⁻⁶⁸.
const BlindBytes = 16

// BlindChars is the length of a blind hash as text.
const BlindChars = 22

// macs keeps ready-made HMACs of the two purposes.
type macs struct{ blind, mac sync.Pool }

func newMACs(s *state) (*macs, error) {
	m := &macs{}
	for purpose, pool := range map[string]*sync.Pool{"blind": &m.blind, "mac": &m.mac} {
		key, err := s.derive(s.root.bytes, purpose, secretBytes)
		if err != nil {
			return nil, err
		}
		newHash := s.alg.newHash
		pool.New = func() any { return &keyed{h: hmac.New(newHash, key)} }
	}
	return m, nil
}

// keyed is an HMAC with room for its input and result.
type keyed struct {
	h   hash.Hash
	buf []byte
}

// sum authenticates the length of the context, the context and b, and returns
// memory of k.
func (k *keyed) sum(context string, b []byte) []byte {
	k.h.Reset()
	k.buf = binary.AppendUvarint(k.buf[:0], uint64(len(context)))
	k.buf = append(k.buf, context...)
	k.h.Write(k.buf)
	k.h.Write(b)
	k.buf = k.h.Sum(k.buf[:0])
	return k.buf
}

// Blind is a keyed hash of a value for exact search: 22 characters of
// base64url. Equal values of one context have equal hashes, and nobody without
// the ring can tell or guess which. It does not change when keys are rotated.
func (r *Ring) Blind(context, value string) string {
	var b [BlindBytes]byte
	return base64.RawURLEncoding.EncodeToString(r.AppendBlind(b[:0], context, []byte(value)))
}

// AppendBlind appends the 16 bytes whose text Blind returns.
func (r *Ring) AppendBlind(dst []byte, context string, value []byte) []byte {
	m := r.now.Load().macs
	k := m.blind.Get().(*keyed)
	defer m.blind.Put(k)
	return append(dst, k.sum(context, value)[:BlindBytes]...)
}

// MAC authenticates b in a context: 32 bytes that nobody without the ring can
// make. Compare with hmac.Equal. It does not change when keys are rotated.
func (r *Ring) MAC(context string, b []byte) []byte {
	m := r.now.Load().macs
	k := m.mac.Get().(*keyed)
	defer m.mac.Put(k)
	return append([]byte(nil), k.sum(context, b)...)
}
