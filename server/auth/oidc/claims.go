package oidc

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"wutu/layers"
)

// maxClaim bounds the texts taken from a provider, in bytes. The standard bounds
// sub to 255.
const maxClaim = 255

// claims are the claims of the ID token, with those of the provider's userinfo
// when a wanted one is missing.
func (s *SignIn) claims(ctx context.Context, p *provider, token *oauth2.Token, id *oidc.IDToken) (map[string]any, error) {
	var claims map[string]any
	if err := id.Claims(&claims); err != nil {
		return nil, err
	}
	if id.Subject == "" || len(id.Subject) > maxClaim {
		return nil, errors.New("the ID token names nobody")
	}
	// With several audiences, the token must have been issued for us (OpenID
	// Connect Core 3.1.3.7, items 4 and 5).
	if party, given := claims["azp"]; given && party != s.o.ClientID || !given && len(id.Audience) > 1 {
		return nil, fmt.Errorf("the ID token is issued for another client, %.100v", party)
	}
	wanted := []string{s.o.LinkClaim, "name"}
	if s.o.RoleClaim != "" {
		wanted = append(wanted, s.o.RoleClaim)
	}
	missing := slices.ContainsFunc(wanted, func(name string) bool { return find(claims, name) == nil })
	if !missing || p.UserInfoEndpoint() == "" {
		return claims, nil
	}
	if err := checkAddress("userinfo_endpoint", p.UserInfoEndpoint()); err != nil {
		return nil, err
	}
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, fmt.Errorf("userinfo: %w", err)
	}
	if info.Subject != id.Subject { // an access token put in another's place (Core 5.3.2)
		return nil, errors.New("userinfo speaks of somebody else than the ID token")
	}
	var more map[string]any
	if err := info.Claims(&more); err != nil {
		return nil, err
	}
	delete(more, "amr")     // says how this token's person came in, so only the token may
	maps.Copy(more, claims) // what is signed wins
	return more, nil
}

// find returns a claim by name; dots reach into objects, as in
// realm_access.roles. nil when there is none.
func find(claims map[string]any, name string) any {
	if v, ok := claims[name]; ok {
		return v
	}
	first, rest, ok := strings.Cut(name, ".")
	if !ok {
		return nil
	}
	inner, _ := claims[first].(map[string]any)
	return find(inner, rest)
}

// text is the claim as text, "" when it is none or too long.
func text(claims map[string]any, name string) string {
	v, _ := find(claims, name).(string)
	if len(v) > maxClaim {
		return ""
	}
	return v
}

// read makes the identity. An e-mail address that the provider has not verified
// links to nothing: anybody could have typed it.
func (s *SignIn) read(subject string, claims map[string]any) Identity {
	who := Identity{Issuer: s.o.Issuer, Subject: subject, Name: text(claims, "name"), Link: text(claims, s.o.LinkClaim)}
	if v := claims["email_verified"]; v == true || v == "true" {
		who.Email = text(claims, "email")
	}
	if s.o.LinkClaim == "email" {
		who.Link = who.Email
	}
	who.Factor = hasFactor(claims["amr"])
	if s.o.RoleClaim != "" {
		who.Role, who.Claimed = roleOf(find(claims, s.o.RoleClaim))
	}
	return who
}

// hasFactor reports whether amr, the methods of authentication (RFC 8176), has
// one besides a password: several factors, a one-time password, a key in
// hardware, a smart card.
func hasFactor(amr any) bool {
	methods, _ := amr.([]any)
	return slices.ContainsFunc(methods, func(m any) bool { return m == "mfa" || m == "otp" || m == "hwk" || m == "sc" })
}

// roleOf is the first role that a claim, a text or a list of them, names.
// Administrators are appointed here, keys and the program are no people.
func roleOf(claim any) (layers.Role, bool) {
	list, ok := claim.([]any)
	if !ok {
		list = []any{claim}
	}
	for _, v := range list {
		name, _ := v.(string)
		role, err := layers.ParseRole(name)
		if err != nil {
			continue
		}
		switch role {
		case layers.Planner, layers.Dispatcher, layers.Supervisor, layers.GridWorker, layers.Department, layers.Commander,
			layers.ThemeOwner, layers.Public:
			return role, true
		case layers.SysAdmin, layers.SecAdmin, layers.Auditor, layers.API, layers.System:
		}
	}
	return layers.Public, false
}
