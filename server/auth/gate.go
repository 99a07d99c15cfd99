package auth

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"wutu/layers"
)

// Hasher hashes passwords. Implementations are safe for concurrent use.
type Hasher interface {
	// Hash makes a hash with a fresh salt.
	Hash(pw []byte) (string, error)
	// Verify compares; it takes the same time for right and wrong passwords.
	Verify(encoded string, pw []byte) (bool, error)
}

// Sealer encrypts the secrets of second factors; *keyring.Ring is one.
type Sealer interface {
	Seal(context string, plain []byte) (string, error)
	Open(context, sealed string) ([]byte, error)
}

// Options configures a Gate. Store, Now and Rand are required.
type Options struct {
	Store  Store
	Now    func() time.Time
	Rand   io.Reader
	Demo   bool   // anonymous requests act as the demo subject; demo keys and accounts are valid
	Hasher Hasher // nil: nobody signs in with a password
	Sealer Sealer // nil: no second factors, and so no administrators

	Idle     time.Duration // a session ends when it was not used for so long; 0: 30 min
	Absolute time.Duration // and at the latest so long after it began; 0: 12 h
	Secure   bool          // cookies only over TLS, also where TLS ends in front of this server

	NoLocal  bool          // only administrators sign in with a password, the others by the platform
	Platform *layers.Title // name of the identity platform people may sign in with, nil if none
}

const (
	defaultIdle     = 30 * time.Minute
	defaultAbsolute = 12 * time.Hour
	// hashing bounds the passwords that are hashed at a time: each takes up to
	// 64 MiB.
	hashing = 4
)

// Gate finds out who comes in: it keeps accounts, sessions, keys and the policy,
// and says of every request who asks. Safe for concurrent use.
type Gate struct {
	o     Options
	dummy string        // hash that a password of an unknown account is compared with
	slots chan struct{} // one per password that may be hashed now

	changing sync.Mutex // one change of accounts, sessions or policy at a time
	throttle throttle
	places   places
	memory   memory
	parsed   atomic.Pointer[parsedPolicy]

	anonymous layers.Subject
}

// New returns a Gate. With a Hasher it hashes one password. Errors: Invalid for
// missing options, and those of the Hasher.
func New(o Options) (*Gate, error) {
	if o.Store == nil || o.Now == nil || o.Rand == nil {
		return nil, layers.Invalidf("auth", "options", "Store, Now and Rand are required")
	}
	if o.Idle <= 0 {
		o.Idle = defaultIdle
	}
	if o.Absolute <= 0 {
		o.Absolute = defaultAbsolute
	}
	g := &Gate{o: o, slots: make(chan struct{}, hashing), anonymous: anonymous(o.Demo)}
	g.throttle.init(o.Store)
	g.places.init()
	g.memory.init()
	if o.Hasher == nil {
		return g, nil
	}
	pw, err := newPassword(o.Rand)
	if err != nil {
		return nil, err
	}
	g.dummy, err = o.Hasher.Hash([]byte(pw))
	return g, err
}

// verify compares a password when one of the slots is free.
func (g *Gate) verify(ctx context.Context, hash, pw string) (bool, error) {
	if err := g.slot(ctx); err != nil {
		return false, err
	}
	defer func() { <-g.slots }()
	return g.o.Hasher.Verify(hash, []byte(pw))
}

func (g *Gate) hash(ctx context.Context, pw string) (string, error) {
	if g.o.Hasher == nil {
		return "", &layers.Error{Kind: layers.Unsupported, Op: "auth", Err: errNoPasswords}
	}
	if err := g.slot(ctx); err != nil {
		return "", err
	}
	defer func() { <-g.slots }()
	return g.o.Hasher.Hash([]byte(pw))
}

func (g *Gate) slot(ctx context.Context) error {
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
