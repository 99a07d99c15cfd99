package oidc

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"wutu/layers"
)

const (
	// patience is how long somebody may take to sign in with the provider.
	patience = 10 * time.Minute
	// flowCookie carries a flow from the start to the callback. It is Lax: the
	// callback comes from the provider's site, where Strict cookies stay behind.
	flowCookie = "wutu_signin"
	flowPath   = "/api/v1/session/oidc"
	maxCookie  = 4096
)

// flow is one signing in under way.
type flow struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"` // of PKCE (RFC 7636)
	Return   string `json:"r"` // path to go back to
	Began    int64  `json:"t"` // Unix seconds
}

// sealer keeps flows secret and unforgeable in browsers, with a key of this
// process: a restart ends the flows under way. Safe for concurrent use.
type sealer struct {
	aead   cipher.AEAD
	random io.Reader

	mu   sync.Mutex
	used map[string]time.Time // states of flows that ended in a session, to when they are too old anyway
}

func newSealer(random io.Reader) (*sealer, error) {
	var key [32]byte
	if _, err := io.ReadFull(random, key[:]); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "oidc", Err: err}
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "oidc", Err: err}
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "oidc", Err: err}
	}
	return &sealer{aead: aead, random: random, used: make(map[string]time.Time)}, nil
}

// begin makes a flow with fresh secrets of 256 bits.
func (s *sealer) begin(back string, now time.Time) (flow, error) {
	f := flow{Return: back, Began: now.Unix()}
	for _, into := range []*string{&f.State, &f.Nonce, &f.Verifier} {
		var b [32]byte
		if _, err := io.ReadFull(s.random, b[:]); err != nil {
			return f, &layers.Error{Kind: layers.Internal, Op: "oidc", Err: err}
		}
		*into = base64.RawURLEncoding.EncodeToString(b[:])
	}
	return f, nil
}

// seal makes the value of the flow's cookie.
func (s *sealer) seal(f *flow) (string, error) {
	plain, err := json.Marshal(f)
	if err != nil {
		return "", &layers.Error{Kind: layers.Internal, Op: "oidc", Err: err}
	}
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return "", &layers.Error{Kind: layers.Internal, Op: "oidc", Err: err}
	}
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nonce, nonce, plain, []byte(flowCookie))), nil
}

// Why a callback is not the end of a flow that this browser began.
var (
	errNoFlow = errors.New("this browser has not begun to sign in, or too long ago")
	errState  = errors.New("the state is not the one this browser was given")
	errUsed   = errors.New("this signing in has ended already")
)

// open reads the value of a flow's cookie.
func (s *sealer) open(value string, now time.Time) (flow, error) {
	var f flow
	sealed, err := base64.RawURLEncoding.DecodeString(value)
	if n := s.aead.NonceSize(); err == nil && len(value) <= maxCookie && len(sealed) > n {
		var plain []byte
		if plain, err = s.aead.Open(nil, sealed[:n], sealed[n:], []byte(flowCookie)); err == nil && json.Unmarshal(plain, &f) == nil {
			if age := now.Sub(time.Unix(f.Began, 0)); age >= -time.Minute && age < patience {
				return f, nil
			}
		}
	}
	return flow{}, errNoFlow
}

// end notes that f ended in a session; it does so once.
func (s *sealer) end(f *flow, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for state, until := range s.used {
		if now.After(until) {
			delete(s.used, state)
		}
	}
	if _, ok := s.used[f.State]; ok {
		return errUsed
	}
	s.used[f.State] = now.Add(patience + 2*time.Minute)
	return nil
}

// cookie carries value for age; an age of 0 removes it.
func (s *SignIn) cookie(value string, age time.Duration) *http.Cookie {
	c := &http.Cookie{Name: flowCookie, Value: value, Path: flowPath, HttpOnly: true, Secure: s.secure,
		SameSite: http.SameSiteLaxMode, MaxAge: int(age.Seconds())}
	if age == 0 {
		c.MaxAge = -1
	}
	return c
}

// LocalPath returns path when it is an address of this site for every browser,
// and "/" otherwise: a signing in must not end on somebody else's page. Browsers
// drop control characters and read \ as /.
func LocalPath(path string) string {
	if len(path) > 2048 || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return "/"
	}
	for i := range len(path) {
		if path[i] <= ' ' || path[i] == 0x7f {
			return "/"
		}
	}
	return path
}
