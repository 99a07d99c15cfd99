package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"wutu/layers"
	"wutu/server"
	"wutu/server/auth/oidc"
)

// signInFlags say how people sign in to `wutu serve`.
type signInFlags struct {
	issuer, clientID, secretFile, redirect string
	linkClaim, roleClaim, title, unknown   string
	scopes                                 []string
	local                                  bool
}

// What happens to people whom the platform knows and the city does not.
const (
	unknownRefused = "refuse"
	unknownPublic  = "public"
)

func (f *signInFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.issuer, "oidc-issuer", "", "sign people in with this OpenID Connect platform, as https://sso.example.gov.cn")
	flags.StringVar(&f.clientID, "oidc-client-id", "", "name of this server at the platform")
	flags.StringVar(&f.secretFile, "oidc-client-secret-file", "", "file with the secret of this server at the platform; only its owner may read it")
	flags.StringVar(&f.redirect, "oidc-redirect", "", "address of the callback as registered with the platform; default ADDRESS/api/v1/session/oidc/callback")
	flags.StringVar(&f.linkClaim, "oidc-link-claim", "sub", "claim that names the account of a person")
	flags.StringVar(&f.roleClaim, "oidc-role-claim", "", "claim that names the role of new accounts, as realm_access.roles; never an administrator's")
	flags.StringSliceVar(&f.scopes, "oidc-scopes", []string{"profile", "email"}, "what is asked of the platform besides openid")
	flags.StringVar(&f.title, "oidc-title", "统一身份认证", "name of the platform on the sign-in page")
	flags.StringVar(&f.unknown, "oidc-unknown", unknownRefused, "people without an account: refuse, or public to give them one")
	flags.BoolVar(&f.local, "local-accounts", true, "let people sign in with account and password; --local-accounts=false leaves that to the three administrators")
}

// secure reports whether browsers reach the server by TLS, wherever it ends.
func (f *signInFlags) secure() bool { return strings.HasPrefix(f.redirect, "https:") }

// platform describes the platform to a server at base, "https://map.example". It
// is nil without one.
func (f *signInFlags) platform(base string) (*server.Platform, error) {
	switch {
	case f.issuer == "" && (f.clientID != "" || f.secretFile != "" || f.redirect != "" || f.roleClaim != ""):
		return nil, errors.New("--oidc-issuer is missing")
	case f.issuer == "" && !f.local:
		return nil, errors.New("--local-accounts=false needs a platform to sign in with: give --oidc-issuer")
	case f.issuer == "":
		return nil, nil
	case f.clientID == "":
		return nil, errors.New("--oidc-issuer needs --oidc-client-id")
	case f.unknown != unknownRefused && f.unknown != unknownPublic:
		return nil, fmt.Errorf("--oidc-unknown is %s or %s, not %.40q", unknownRefused, unknownPublic, f.unknown)
	}
	o := &server.Platform{Options: oidc.Options{Issuer: f.issuer, ClientID: f.clientID, RedirectURL: f.redirect, LinkClaim: f.linkClaim,
		RoleClaim: f.roleClaim, Scopes: f.scopes, Title: layers.Title{ZH: f.title, EN: f.title}}, Welcome: f.unknown == unknownPublic}
	if o.RedirectURL == "" {
		if u, err := url.Parse(base); err != nil || net.ParseIP(u.Hostname()).IsUnspecified() {
			return nil, errors.New("a server on all addresses needs --oidc-redirect: the address of the callback as browsers reach it and the platform knows it")
		}
		o.RedirectURL = base + "/api/v1/session/oidc/callback"
	}
	if f.secretFile == "" {
		return o, nil
	}
	secret, err := readSecret(f.secretFile)
	o.ClientSecret = secret
	return o, err
}

// readSecret reads a file that holds one secret, which nobody but its owner may
// read.
func readSecret(name string) (string, error) {
	const longest = 4096
	info, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > longest {
		return "", &fs.PathError{Op: "read secret", Path: name, Err: fmt.Errorf("is not a file of at most %d bytes", longest)}
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", &fs.PathError{Op: "read secret", Path: name, Err: fmt.Errorf("may be read by others (mode %04o); chmod 600 it", info.Mode().Perm())}
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(b))
	if secret == "" || strings.ContainsAny(secret, "\n\r\x00") {
		return "", &fs.PathError{Op: "read secret", Path: name, Err: errors.New("does not hold one line")}
	}
	return secret, nil
}
