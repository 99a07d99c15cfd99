package oidc

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"wutu/layers"
)

// Identity is a person as the provider vouches for.
type Identity struct {
	Issuer  string
	Subject string      // the provider's stable id of the person, unique within Issuer
	Link    string      // the value of the claim that accounts are linked by, "" when there is none
	Email   string      // "" unless the provider has verified it
	Name    string      // for display, may be ""
	Role    layers.Role // from the role claim, never an administrator's; Public when there is none
	Claimed bool        // Role comes from the role claim
	Factor  bool        // the provider says that a second factor was used
}

// Accounts is what signing in needs of the city's accounts.
type Accounts interface {
	// Account returns the id of the local account of a verified identity; it may
	// make one. r is the request it comes with. Errors: Forbidden when the identity
	// may not sign in.
	Account(ctx context.Context, r *http.Request, who Identity) (id string, err error)
	// Begin starts a session of the account and returns its cookie, of which
	// Secure is set here. r is the request it begins in, factor whether a second
	// factor was used. Errors: Forbidden when the account may not sign in.
	Begin(ctx context.Context, r *http.Request, account string, factor bool) (*http.Cookie, error)
}

// Options configures a SignIn. Issuer, ClientID, RedirectURL, Accounts, Now and
// Rand are required.
type Options struct {
	Issuer       string // https address, exactly as the provider calls itself
	ClientID     string
	ClientSecret string       // "" for a public client
	RedirectURL  string       // the callback as browsers reach it, registered with the provider
	LinkClaim    string       // claim that accounts are linked by; "" for sub
	RoleClaim    string       // claim that names a role, dots reach into objects; "" for none
	Scopes       []string     // besides openid; nil: profile and email
	Title        layers.Title // name of the platform on the sign-in page
	Accounts     Accounts

	Now    func() time.Time
	Rand   io.Reader
	Log    *slog.Logger      // nil: discards
	Client http.RoundTripper // to the provider; nil: the standard one
}

func (o *Options) check() error {
	if o.ClientID == "" || o.Accounts == nil || o.Now == nil || o.Rand == nil {
		return layers.Invalidf("oidc", "options", "Issuer, ClientID, RedirectURL, Accounts, Now and Rand are required")
	}
	if err := checkAddress("issuer", o.Issuer); err != nil {
		return err
	}
	return checkAddress("redirect", o.RedirectURL)
}

// checkAddress admits https addresses, and http ones of this machine.
func checkAddress(name, address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return layers.Invalidf("oidc", name, "is not an address as in https://sso.example.gov.cn: "+address)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && isLocal(u.Hostname()):
		return nil
	}
	return layers.Invalidf("oidc", name, "must begin with https: "+address)
}

func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
