package auth

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"wutu/layers"
)

// DemoID is the id of the anonymous subject in demo mode.
const DemoID = "demo"

// Anonymous is the subject of a request without key and session: the public, or
// in demo mode somebody who plans, reports and dispatches but is not cleared. It
// has no grants yet.
func (g *Gate) Anonymous() layers.Subject { return g.anonymous }

func anonymous(demo bool) layers.Subject {
	if !demo {
		return layers.Subject{Name: RoleTitle(layers.Public), Role: layers.Public}
	}
	return layers.Subject{ID: DemoID, Name: layers.Title{ZH: "演示用户", EN: "Demo user"}, Role: layers.Dispatcher}
}

// Identify says who sends r: the holder of the key in its Authorization header,
// else of the session in its cookie, else nobody in particular. Errors:
// Unauthorized for a key or session that is not valid, and those of the store.
// A session is used by it.
func (g *Gate) Identify(ctx context.Context, r *http.Request) (*Identity, error) {
	i := &Identity{}
	header := r.Header.Get("Authorization")
	cookie, err := r.Cookie(SessionCookie)
	switch {
	case header != "":
		err = g.byHeader(ctx, header, i)
	case err == nil && cookie.Value != "":
		err = g.bySecret(ctx, cookie.Value, i)
	default:
		i.Subject, err = g.Anonymous(), nil
	}
	if err != nil {
		return nil, err
	}
	return g.granted(ctx, i, originOf(r))
}

// Public is the identity of a request whose key or session is not looked at.
func (g *Gate) Public(ctx context.Context, r *http.Request) (*Identity, error) {
	return g.granted(ctx, &Identity{Subject: g.Anonymous()}, originOf(r))
}

// granted completes an identity with what the policy says of it.
func (g *Gate) granted(ctx context.Context, i *Identity, origin string) (*Identity, error) {
	i.Subject.Origin = origin
	p, err := g.policy(ctx)
	if err != nil {
		return nil, err
	}
	i.policy = p.Version
	rules := p.rules
	if IsAdministrator(i.Subject.Role) {
		// No policy opens the city's data to administrators, who could write it so.
		rules = nil
	}
	i.Subject.Grants = rules.For(&i.Subject, g.o.Now())
	return i, nil
}

// Again reports whether who asks in ctx would still be the same: for answers
// that last. Errors: Unauthorized when the key or session is no longer valid, or
// its rights or the policy have changed; those of the store. It does not count as
// use of a session.
func (g *Gate) Again(ctx context.Context) error {
	was := IdentityOf(ctx)
	now := &Identity{Subject: g.Anonymous()}
	var err error
	switch {
	case was.Key != nil:
		err = g.byKey(ctx, was.hash, now)
	case was.Session != nil:
		_, err = g.bySession(ctx, was.hash, now)
	}
	if err == nil {
		now, err = g.granted(ctx, now, was.Subject.Origin)
	}
	if err != nil {
		return err
	}
	if now.policy != was.policy || was.Account != nil && now.Account.Version != was.Account.Version {
		return unauthorized("the rights have changed")
	}
	return nil
}

func (g *Gate) byHeader(ctx context.Context, header string, i *Identity) error {
	scheme, secret, ok := strings.Cut(header, " ")
	if secret = strings.TrimSpace(secret); !ok || !strings.EqualFold(scheme, "Bearer") || secret == "" || len(secret) > 200 {
		return unauthorized("the header is not Bearer and a key")
	}
	return g.byKey(ctx, hashOf(secret), i)
}

func (g *Gate) byKey(ctx context.Context, hash string, i *Identity) error {
	key, err := recentAs[Key](ctx, g, KeyBucket, hash, hash[:12])
	if err != nil {
		return err
	}
	if key == nil || !key.Revoked.IsZero() || key.Demo && !g.o.Demo || !key.Expires.IsZero() && !g.o.Now().Before(key.Expires) {
		return unauthorized("the key is not known or has expired")
	}
	i.Key, i.hash = key, hash
	i.Subject, err = key.Subject()
	return err
}

func (g *Gate) bySecret(ctx context.Context, secret string, i *Identity) error {
	if len(secret) > 200 {
		return errSession
	}
	seen, err := g.bySession(ctx, hashOf(secret), i)
	if err != nil {
		return err
	}
	i.Token = tokenOf(secret)
	if now := g.o.Now(); now.Sub(seen) >= seenEvery {
		return g.touch(ctx, i.hash, now)
	}
	return nil
}

// bySession returns when the session was last seen.
func (g *Gate) bySession(ctx context.Context, hash string, i *Identity) (seen time.Time, err error) {
	s, err := recentAs[Session](ctx, g, SessionBucket, hash, hash[:12])
	if err != nil {
		return time.Time{}, err
	}
	if s == nil {
		return time.Time{}, errSession
	}
	a, err := g.recentAccount(ctx, s.Account)
	if err != nil {
		return time.Time{}, err
	}
	if a == nil || !g.live(s, g.o.Now()) || s.Epoch != a.Epoch || !g.admits(a) {
		return time.Time{}, errSession
	}
	i.Session, i.Account, i.hash = s, a, hash
	i.Subject = a.Subject(s.Purpose)
	return s.Seen, nil
}

// admits reports whether the account may sign in here.
func (g *Gate) admits(a *Account) bool { return a.Active() && (!a.Demo || g.o.Demo) }

var errSession = &layers.Error{Kind: layers.Unauthorized, Op: "auth", Field: "Cookie", Err: errors.New("the session has ended")}

func unauthorized(message string) error {
	return &layers.Error{Kind: layers.Unauthorized, Op: "auth", Field: "Authorization", Err: errors.New(message)}
}
