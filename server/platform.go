package server

import (
	"context"
	"net"
	"net/http"

	"wutu/server/auth"
	"wutu/server/auth/oidc"
)

// Platform is the identity platform people may sign in with.
type Platform struct {
	oidc.Options      // Accounts, Now, Rand and Log are the server's when they are nil
	Welcome      bool // people without an account are given one; otherwise they are refused
}

// signIn prepares the addresses of signing in with the platform.
func (p *Platform) signIn(gate *auth.Gate, o *Options) (*oidc.SignIn, error) {
	c := p.Options
	if c.Accounts == nil {
		c.Accounts = people{gate, p.Welcome}
	}
	if c.Now == nil {
		c.Now = o.Now
	}
	if c.Rand == nil {
		c.Rand = o.Rand
	}
	if c.Log == nil {
		c.Log = o.Log
	}
	return oidc.New(c)
}

// people are the accounts of the city, for the platform's people.
type people struct {
	gate    *auth.Gate
	welcome bool
}

var _ oidc.Accounts = people{}

// Account returns the account of somebody the platform vouches for.
func (p people) Account(ctx context.Context, r *http.Request, who oidc.Identity) (string, error) {
	origin, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		origin = r.RemoteAddr
	}
	return p.gate.AccountOf(ctx, auth.Person{Issuer: who.Issuer, Link: who.Link, Name: who.Name, Role: who.Role, Origin: origin}, p.welcome)
}

// Begin starts a session. Administrators do not get one, whatever factors the
// platform asked for: their second factor is the city's own.
func (p people) Begin(ctx context.Context, r *http.Request, account string, _ bool) (*http.Cookie, error) {
	return p.gate.Begin(ctx, r, account)
}
