package keyring

import (
	"crypto/cipher"
	"crypto/hkdf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"wutu/layers"
)

// secretBytes is the length of root and data keys; the keys of the algorithms
// are derived from them.
const secretBytes = 32

// Ring is the keys of a city. Safe for use by many goroutines. Make one with New
// or Load.
type Ring struct {
	now atomic.Pointer[state]

	mu   sync.Mutex // one Rotate, Save or Reload at a time
	path string     // file it was loaded from or saved to last
}

// state is the keys of one moment. It is immutable.
type state struct {
	suite Suite
	alg   algorithms
	root  secret
	data  []*dataKey // the last is current
	sign  []*signKey // the last is current
	macs  *macs
}

// secret is the bytes of a key with its name.
type secret struct {
	id      string
	created time.Time
	bytes   []byte
}

type dataKey struct {
	secret
	prefix string // "enc:1:KEYID:"
	aead   cipher.AEAD
}

type signKey struct {
	secret
	signer signer
}

// New makes a ring with one data key and one signing key. random must be
// unpredictable: crypto/rand.Reader outside tests.
func New(suite Suite, now time.Time, random io.Reader) (*Ring, error) {
	alg := algorithmsOf(suite)
	if alg == nil {
		_, err := ParseSuite(string(suite))
		return nil, err
	}
	s := &state{suite: suite, alg: alg}
	b := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	if err := s.setRoot(b, now); err != nil {
		return nil, err
	}
	s, err := s.rotated(now, random)
	if err != nil {
		return nil, err
	}
	r := &Ring{}
	r.now.Store(s)
	return r, nil
}

// Rotate adds a data key and a signing key, which are current from now on. The
// old ones still open and verify. Nothing is written: call Save before anything
// is sealed with the new key.
func (r *Ring) Rotate(now time.Time, random io.Reader) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, err := r.now.Load().rotated(now, random)
	if err != nil {
		return err
	}
	r.now.Store(s)
	return nil
}

// Suite returns the ring's algorithms.
func (r *Ring) Suite() Suite { return r.now.Load().suite }

// KeyInfo describes a key without its secret.
type KeyInfo struct {
	ID      string    `json:"id"`
	Use     string    `json:"use"` // root, data or sign
	Created time.Time `json:"created"`
	Current bool      `json:"current"`
}

// Keys lists the keys: root, data keys, signing keys, each oldest first.
func (r *Ring) Keys() []KeyInfo {
	s := r.now.Load()
	out := []KeyInfo{{ID: s.root.id, Use: "root", Created: s.root.created, Current: true}}
	for i, k := range s.data {
		out = append(out, KeyInfo{ID: k.id, Use: "data", Created: k.created, Current: i == len(s.data)-1})
	}
	for i, k := range s.sign {
		out = append(out, KeyInfo{ID: k.id, Use: "sign", Created: k.created, Current: i == len(s.sign)-1})
	}
	return out
}

// Current returns the id of the data key that seals.
func (r *Ring) Current() string { return r.now.Load().current().id }

// RootID names the key behind Blind and MAC, which never changes in a ring.
func (r *Ring) RootID() string { return r.now.Load().root.id }

// Has reports whether the ring holds the data key id.
func (r *Ring) Has(id string) bool { return r.now.Load().dataKey(id) != nil }

func (s *state) current() *dataKey { return s.data[len(s.data)-1] }

// dataKey searches from the newest: most values were sealed by it.
func (s *state) dataKey(id string) *dataKey {
	for _, k := range slices.Backward(s.data) {
		if k.id == id {
			return k
		}
	}
	return nil
}

// rotated returns s with a new data and a new signing key.
func (s *state) rotated(now time.Time, random io.Reader) (*state, error) {
	b := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	private, err := s.alg.newSigning(random)
	if err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	out := *s
	out.data, out.sign = slices.Clip(s.data), slices.Clip(s.sign)
	return &out, errors.Join(out.addData(b, now), out.addSign(private, now))
}

func (s *state) setRoot(b []byte, created time.Time) error {
	s.root = secret{id: s.name("root", b), created: created.UTC().Truncate(time.Second), bytes: b}
	var err error
	s.macs, err = newMACs(s)
	return err
}

func (s *state) addData(b []byte, created time.Time) error {
	k := &dataKey{secret: secret{id: s.name("data", b), created: created.UTC().Truncate(time.Second), bytes: b}}
	if s.dataKey(k.id) != nil {
		return layers.Invalidf("keyring", "data", "key "+k.id+" stands twice in the ring")
	}
	k.prefix = Prefix(k.id)
	key, err := s.derive(b, "seal", s.alg.keyBytes())
	if err != nil {
		return err
	}
	if k.aead, err = s.alg.aead(key); err != nil {
		return err
	}
	s.data = append(s.data, k)
	return nil
}

func (s *state) addSign(private []byte, created time.Time) error {
	k := &signKey{secret: secret{id: s.name("sign", private), created: created.UTC().Truncate(time.Second), bytes: private}}
	if slices.ContainsFunc(s.sign, func(have *signKey) bool { return have.id == k.id }) {
		return layers.Invalidf("keyring", "sign", "key "+k.id+" stands twice in the ring")
	}
	var err error
	if k.signer, err = s.alg.signer(private); err != nil {
		return err
	}
	s.sign = append(s.sign, k)
	return nil
}

// name gives the id of a key: 8 hexadecimal digits that follow from its bytes.
func (s *state) name(use string, b []byte) string {
	id, err := s.derive(b, "name "+use, 4)
	if err != nil {
		return "" // only for lengths beyond 255 hashes
	}
	return hex.EncodeToString(id)
}

// derive makes n bytes for one purpose from a secret (HKDF, RFC 5869).
func (s *state) derive(b []byte, purpose string, n int) ([]byte, error) {
	return hkdf.Key(s.alg.newHash, b, nil, "wutu "+string(s.suite)+" "+purpose, n)
}
