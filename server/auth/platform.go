package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"wutu/layers"
)

// Person is somebody an identity platform vouches for.
type Person struct {
	Issuer string      // the platform
	Link   string      // the person's name there that accounts are linked by, not ""
	Name   string      // for display, may be ""
	Role   layers.Role // for a new account
	Origin string      // network address the person comes from, for the audit trail
}

// AccountOf returns the id of the account linked to a person. An account that is
// called like the person, and is not linked to anybody, is linked by it. Somebody
// unknown is given an account when welcome. Administrators' accounts are never
// linked. Errors: Forbidden for somebody without an account, with a line in the
// audit trail. Cost: linear in the accounts.
func (g *Gate) AccountOf(ctx context.Context, p Person, welcome bool) (string, error) {
	id, err := g.accountOf(ctx, &p, welcome)
	return id, g.refusedBy(ctx, &p, err)
}

// refusedBy records that somebody whom a platform vouches for was refused, and
// returns why. Other errors it passes on.
func (g *Gate) refusedBy(ctx context.Context, p *Person, why error) error {
	var e *layers.Error
	if !errors.As(why, &e) || e.Kind != layers.Forbidden {
		return why
	}
	now := g.o.Now().UTC()
	audit := line(&layers.Subject{Origin: p.Origin}, now, "session.fail", "accounts/"+e.ID, map[string]any{"issuer": p.Issuer, "reason": e.Err.Error()})
	audit.Result = layers.AuditRefused
	if err := g.write(ctx, layers.Batch{At: now, Audit: []layers.AuditLine{audit}}); err != nil {
		return err
	}
	return why
}

func (g *Gate) accountOf(ctx context.Context, p *Person, welcome bool) (string, error) {
	if p.Link == "" || p.Issuer == "" {
		return "", forbidden("?", "the identity platform does not say who this is")
	}
	for first := true; ; first = false {
		all, err := g.Accounts(ctx)
		if err != nil {
			return "", err
		}
		name := normalID(p.Link)
		var same *Account
		for _, a := range all {
			if a.Issuer == p.Issuer && a.Link == p.Link {
				return a.ID, nil
			}
			if a.ID == name {
				same = a
			}
		}
		switch {
		case same != nil && same.Issuer == "" && g.admits(same) && !same.Demo && !IsAdministrator(same.Role):
			return same.ID, g.link(ctx, same.ID, p)
		case same != nil && same.Issuer == "" && !g.admits(same):
			return "", forbidden(same.ID, "the account may not sign in")
		case !welcome:
			return "", forbidden("?", "nobody has given this person an account")
		}
		if same != nil || checkID(name) != nil {
			sum := sha256.Sum256([]byte(p.Issuer + "\x00" + p.Link))
			name = "person-" + hex.EncodeToString(sum[:8])
		}
		err = g.adopt(ctx, name, p)
		if layers.KindOf(err) == layers.Conflict && first {
			continue // the same person, in another window
		}
		return name, err
	}
}

// by is the program as who changes an account on a person's behalf.
func (p *Person) by() *layers.Subject { return &layers.Subject{ID: "system", Origin: p.Origin} }

// link notes whom an account belongs to.
func (g *Gate) link(ctx context.Context, id string, p *Person) error {
	_, err := g.change(ctx, p.by(), id, func(a *Account, b *layers.Batch) error {
		if a.Issuer != "" || IsAdministrator(a.Role) {
			return forbidden(id, "the account belongs to somebody else meanwhile")
		}
		a.Issuer, a.Link = p.Issuer, p.Link
		if a.MustChange { // a one-time password that nobody used is needed no more
			a.Hash, a.MustChange, a.GoodUntil = "", false, time.Time{}
		}
		b.Audit = append(b.Audit, line(p.by(), b.At, "accounts.link", "accounts/"+id, map[string]any{"issuer": p.Issuer}))
		return nil
	})
	return err
}

// adopt makes an account without a password for a person. The error is Conflict
// when the id was given before.
func (g *Gate) adopt(ctx context.Context, id string, p *Person) error {
	role := p.Role
	if IsAdministrator(role) || role == layers.API || role == layers.System {
		role = layers.Public
	}
	name := strings.TrimSpace(p.Name)
	if n := (layers.Title{ZH: name, EN: name}); checkName(n) != nil {
		name = id
	}
	now := g.o.Now().UTC()
	a := &Account{ID: id, Name: layers.Title{ZH: name, EN: name}, Role: role, Enabled: true, Issuer: p.Issuer, Link: p.Link, Created: now}
	rec, err := a.next()
	if err != nil {
		return err
	}
	rec.IfAbsent = true
	g.changing.Lock()
	defer g.changing.Unlock()
	return g.write(ctx, layers.Batch{Actor: "system", At: now, Records: append(claim(AccountBucket, id, a.Version, now), rec),
		Audit: []layers.AuditLine{line(p.by(), now, "accounts.create", "accounts/"+id, map[string]any{"issuer": p.Issuer, "role of": role})}})
}
