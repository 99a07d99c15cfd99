package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"wutu/layers"
)

// SessionBucket is the bucket of session records, by the hash of their id.
const SessionBucket = "sessions"

// SessionCookie is the name of the cookie that carries a session's id.
const SessionCookie = "wutu_session"

// CSRFHeader is the header that must carry the session's token in requests that
// change something.
const CSRFHeader = "X-CSRF-Token"

// seenEvery is how often the last use of a session is written.
const seenEvery = time.Minute

// Session is a signing in that lasts. It never holds its secret id.
type Session struct {
	ID      string    `json:"id"` // public name, in lists and audit lines
	Account string    `json:"account"`
	Epoch   uint64    `json:"epoch"`            // Account.Epoch when it began; another one ends it
	Factor  bool      `json:"factor,omitempty"` // began with a second factor
	Purpose string    `json:"purpose,omitempty"`
	Began   time.Time `json:"began"`
	Seen    time.Time `json:"seen"`             // last use, to the minute
	Origin  string    `json:"origin,omitempty"` // network address it began at
	Agent   string    `json:"agent,omitempty"`  // what the browser calls itself
}

// Entry is a session that has just begun.
type Entry struct {
	Identity *Identity
	Cookie   *http.Cookie // Secure must be set when the answer goes over TLS
}

// newSecret makes an id of 256 random bits: out of reach of guessing.
func newSecret(random io.Reader) (string, error) {
	var raw [secretBytes]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", &layers.Error{Kind: layers.Internal, Op: "auth", Err: err}
	}
	return base64.RawURLEncoding.EncodeToString(raw[:]), nil
}

// tokenOf is the CSRF token that belongs to a session's secret: it cannot be
// made without it, and does not tell it.
func tokenOf(secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("wutu csrf token"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Protected reports whether a request may act with the identity i: not from a
// session when it changes something without the session's token.
func Protected(r *http.Request, i *Identity) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return true
	}
	return i.Session == nil || i.Token != "" &&
		subtle.ConstantTimeCompare([]byte(r.Header.Get(CSRFHeader)), []byte(i.Token)) == 1
}

// cookie carries a session's secret; "" takes it away.
func (g *Gate) cookie(secret string) *http.Cookie {
	c := &http.Cookie{Name: SessionCookie, Value: secret, Path: "/", HttpOnly: true, Secure: g.o.Secure, SameSite: http.SameSiteStrictMode}
	if secret == "" {
		c.MaxAge = -1
	}
	return c
}

// live reports whether the session has not ended by its times.
func (g *Gate) live(s *Session, now time.Time) bool {
	return now.Before(s.Began.Add(g.o.Absolute)) && now.Before(s.Seen.Add(g.o.Idle))
}

func (g *Gate) sessionRecord(hash string, s *Session) (layers.Record, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return layers.Record{}, &layers.Error{Kind: layers.Internal, Op: "session", ID: s.ID, Err: err}
	}
	end := s.Began.Add(g.o.Absolute)
	if idle := s.Seen.Add(g.o.Idle); idle.Before(end) {
		end = idle
	}
	return layers.Record{Bucket: SessionBucket, Key: hash, Data: data, Expires: end}, nil
}
