package auth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"wutu/layers"
	"wutu/server/problem"
)

// Attempt is what somebody gives to sign in.
type Attempt struct {
	Account  string
	Password string
	Code     string // of the second factor, "" if none is given
	Purpose  string // one of the account's purposes; "": the only one, if it has one
}

// Refusals of signing in. The first is the same for every reason.
var (
	errRefused = &problem.Status{Code: http.StatusUnauthorized, Kind: "unauthorized", Detail: "account and password do not go together"}
	errFactor  = &problem.Status{Code: http.StatusUnauthorized, Kind: "unauthorized", Detail: "the code of the second factor is needed", SecondFactor: true}
	errCode    = &problem.Status{Code: http.StatusUnauthorized, Kind: "unauthorized", Detail: "the code of the second factor is not the present one, or was used", SecondFactor: true}
)

// SignIn begins a session. An unknown account, a disabled one and a wrong
// password cost the same and give the same error. Errors: Unauthorized, with
// SecondFactor when a code is needed or wrong; too-many when the name is locked;
// Unsupported on a server without keys.
func (g *Gate) SignIn(ctx context.Context, r *http.Request, t Attempt) (*Entry, error) {
	if g.o.Hasher == nil {
		return nil, &layers.Error{Kind: layers.Unsupported, Op: "auth", Err: errNoPasswords}
	}
	now, origin, id := g.o.Now(), originOf(r), normalID(t.Account)
	if err := g.places.admit(origin, now); err != nil {
		return nil, err
	}
	name := id
	if name == "" {
		name = "?" + t.Account
	}
	if err := g.throttle.begin(ctx, name, now); err != nil {
		return nil, err
	}
	defer g.throttle.end(name)
	a, err := g.account(ctx, id)
	if err != nil {
		return nil, err
	}
	usable := a != nil && g.admits(a) && (!g.o.NoLocal || IsAdministrator(a.Role)) && a.Hash != "" && (a.GoodUntil.IsZero() || now.Before(a.GoodUntil))
	hash := g.dummy
	if usable {
		hash = a.Hash
	}
	ok, err := g.verify(ctx, hash, t.Password)
	if err != nil {
		return nil, err
	}
	if !ok || !usable {
		return nil, g.refuse(ctx, a, name, origin, now, errRefused)
	}
	if t.Purpose != "" && !slices.Contains(a.Purposes, t.Purpose) {
		return nil, layers.Invalidf("session", "/purpose", "is not one of the account's purposes")
	}
	if a.Factor == "" {
		return g.begin(ctx, r, a, &Session{Purpose: t.Purpose})
	}
	if t.Code == "" {
		return nil, errFactor
	}
	if err := g.useCode(ctx, a, t.Code, now); err != nil {
		if !errors.Is(err, errCode) {
			return nil, err
		}
		return nil, g.refuse(ctx, a, name, origin, now, errCode)
	}
	return g.begin(ctx, r, a, &Session{Purpose: t.Purpose, Factor: true})
}

// refuse counts a failure and returns the reason to give. What was typed in the
// place of an account's name is not written down: it may be a password.
func (g *Gate) refuse(ctx context.Context, a *Account, name, origin string, now time.Time, reason *problem.Status) error {
	by := layers.Subject{Origin: origin}
	object := "accounts/?"
	if a != nil {
		object = "accounts/" + a.ID
	}
	g.places.fail(origin, now)
	audit := line(&by, now, "session.fail", object, map[string]any{"factor": reason.SecondFactor})
	audit.Result = layers.AuditRefused
	audit.Result = layers.AuditRefused
	if err := g.throttle.fail(ctx, name, &by, now, audit); err != nil {
		return err
	}
	return reason
}

// Begin starts a session of an account that an identity platform vouches for,
// and returns its cookie. Errors: Forbidden when the account may not sign in this
// way, as administrators may not.
func (g *Gate) Begin(ctx context.Context, r *http.Request, id string) (*http.Cookie, error) {
	a, err := g.account(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case a == nil || !g.admits(a) || a.Demo:
		return nil, g.refusedBy(ctx, &Person{Origin: originOf(r)}, forbidden(id, "the account may not sign in"))
	case IsAdministrator(a.Role):
		return nil, g.refusedBy(ctx, &Person{Origin: originOf(r)}, forbidden(id, "an administrator signs in with a password and a second factor"))
	}
	e, err := g.begin(ctx, r, a, &Session{})
	if err != nil {
		return nil, err
	}
	return e.Cookie, nil
}

// begin starts a session under a new id and ends the one r belongs to.
func (g *Gate) begin(ctx context.Context, r *http.Request, a *Account, s *Session) (*Entry, error) {
	secret, err := newSecret(g.o.Rand)
	if err != nil {
		return nil, err
	}
	const longestAgent = 200
	now, hash := g.o.Now().UTC(), hashOf(secret)
	s.ID, s.Account, s.Epoch, s.Began, s.Seen, s.Origin = "ses-"+hash[:12], a.ID, a.Epoch, now, now, originOf(r)
	if s.Agent = r.UserAgent(); len(s.Agent) > longestAgent {
		s.Agent = s.Agent[:longestAgent]
	}
	if s.Purpose == "" && len(a.Purposes) == 1 {
		s.Purpose = a.Purposes[0]
	}
	rec, err := g.sessionRecord(hash, s)
	if err != nil {
		return nil, err
	}
	done, err := g.throttle.succeeded(a.ID, now)
	if err != nil {
		return nil, err
	}
	by := a.Subject(s.Purpose)
	by.Origin = s.Origin
	b := layers.Batch{Actor: a.ID, At: now, Records: []layers.Record{rec, done},
		Audit: []layers.AuditLine{line(&by, now, "session.begin", "sessions/"+s.ID, map[string]any{"factor": s.Factor, "agent": s.Agent})}}
	if old, err := r.Cookie(SessionCookie); err == nil && old.Value != "" {
		b.Records = append(b.Records, layers.Record{Bucket: SessionBucket, Key: hashOf(old.Value)})
	}
	g.changing.Lock()
	defer g.changing.Unlock()
	if err := g.write(ctx, b); err != nil {
		return nil, err
	}
	i := &Identity{Session: s, Account: a, Subject: by, Token: tokenOf(secret), hash: hash}
	if i, err = g.granted(ctx, i, s.Origin); err != nil {
		return nil, err
	}
	return &Entry{Identity: i, Cookie: g.cookie(secret)}, nil
}

// ChangePassword sets a new password, ends every session of the account and
// begins a new one for r. A wrong old password counts as a failure to sign in.
// Errors: Unauthorized for a wrong old password, Invalid for a new one that is too
// weak or the old one.
func (g *Gate) ChangePassword(ctx context.Context, r *http.Request, i *Identity, old, next string) (*Entry, error) {
	if i.Session == nil {
		return nil, errNoSession
	}
	id, now := i.Account.ID, g.o.Now()
	if i.Account.Demo {
		return nil, forbidden(id, "everybody knows the passwords of a demonstration, nobody changes them")
	}
	if err := g.throttle.begin(ctx, id, now); err != nil {
		return nil, err
	}
	defer g.throttle.end(id)
	ok, err := g.verify(ctx, i.Account.Hash, old)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, g.refuse(ctx, i.Account, id, i.Subject.Origin, now, errOld)
	}
	if next == old {
		return nil, layers.Invalidf("password", "/new", "is the old password")
	}
	if err := checkPassword(next, id); err != nil {
		return nil, err
	}
	hash, err := g.hash(ctx, next)
	if err != nil {
		return nil, err
	}
	a, err := g.change(ctx, &i.Subject, id, func(a *Account, b *layers.Batch) error {
		if a.Epoch != i.Session.Epoch {
			return errSession
		}
		a.Hash, a.MustChange, a.GoodUntil = hash, false, time.Time{}
		a.Epoch++
		b.Audit = append(b.Audit, line(&i.Subject, b.At, "accounts.password", "accounts/"+id, nil))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return g.begin(ctx, r, a, &Session{Purpose: i.Session.Purpose, Factor: i.Session.Factor})
}

var (
	errOld       = &problem.Status{Code: http.StatusUnauthorized, Kind: "unauthorized", Detail: "the old password is wrong"}
	errNoSession = &layers.Error{Kind: layers.Unauthorized, Op: "session", Err: errors.New("nobody is signed in")}
)
