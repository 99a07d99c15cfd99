package auth

import (
	"context"
	"net"
	"net/http"

	"wutu/layers"
)

// Identity is who asks, and how that is known. Exactly one of Key and Session is
// set for a subject that is not anonymous; Account is set with Session. It is
// immutable.
type Identity struct {
	Subject layers.Subject
	Key     *Key
	Session *Session
	Account *Account
	Token   string // the CSRF token of the session

	hash   string // of the key or session, under which it is looked up again
	policy uint64 // version of the policy behind Subject.Grants
}

// Unready says what the holder of a session must do before anything else: set a
// password, or a second factor. It is "" when there is nothing.
func (i *Identity) Unready() string {
	switch {
	case i.Session == nil:
		return ""
	case i.Account.MustChange:
		return "the one-time password must be changed first"
	case i.Account.NeedsFactor() && !i.Session.Factor:
		return "an administrator needs a second factor first"
	}
	return ""
}

// Me is the subject as it is shown to itself.
type Me struct {
	ID         string       `json:"id"`
	Name       layers.Title `json:"name"`
	Role       layers.Role  `json:"role"`
	Demo       bool         `json:"demo"`
	Cleared    bool         `json:"cleared"`
	Layers     []string     `json:"layers"` // ["*"]: whatever the role may see
	Region     string       `json:"region"`
	Department string       `json:"department"`
	Purpose    string       `json:"purpose,omitempty"`
	Purposes   []string     `json:"purposes"`
	Session    bool         `json:"session"`
	CSRF       string       `json:"csrf,omitempty"`
}

// Me describes who asks.
func (i *Identity) Me() Me {
	s := &i.Subject
	m := Me{ID: s.ID, Name: s.Name, Role: s.Role, Demo: s.ID == DemoID, Cleared: s.Cleared, Layers: s.Layers, Region: s.Region,
		Department: s.Department, Purpose: s.Purpose, Purposes: []string{}, Session: i.Session != nil, CSRF: i.Token}
	if m.Layers == nil {
		m.Layers = []string{"*"}
	}
	switch {
	case i.Account != nil && i.Account.Purposes != nil:
		m.Purposes = i.Account.Purposes
	case s.Purpose != "":
		m.Purposes = []string{s.Purpose}
	}
	return m
}

type identityKey struct{}

// With returns a context that carries a subject of which nothing else is known.
func With(ctx context.Context, s layers.Subject) context.Context {
	return WithIdentity(ctx, &Identity{Subject: s})
}

// WithIdentity returns a context that carries who asks.
func WithIdentity(ctx context.Context, i *Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, i)
}

// IdentityOf returns who asks in a request's context; never nil. Without one it
// is the zero subject, who sees least. It must not be changed.
func IdentityOf(ctx context.Context) *Identity {
	if i, ok := ctx.Value(identityKey{}).(*Identity); ok {
		return i
	}
	return &Identity{}
}

// SubjectOf returns the subject of a request's context, or the zero subject,
// who sees least.
func SubjectOf(ctx context.Context) layers.Subject { return IdentityOf(ctx).Subject }

// originOf is the network address a request comes from, without its port. What
// headers say of it is not believed.
func originOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}
