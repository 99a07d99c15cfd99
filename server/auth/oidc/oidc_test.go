package oidc_test

import (
	"net/http"
	"strings"
	"testing"

	"wutu/layers"
	"wutu/server/auth/oidc"
)

// A person signs in with a real provider and comes back to the page left.
func TestSignIn(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	at := b.begin("?return=" + "%2Fm%3Flayer%3Droads%23map")
	q := at.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 43 || len(q.Get("nonce")) < 43 ||
		q.Get("response_type") != "code" || q.Get("scope") != "openid profile email" {
		t.Errorf("asked: %v", q)
	}
	to, session := b.end(b.provider(at, "wang"))
	if to != "/m?layer=roads#map" || session != "account-wang-1" {
		t.Fatalf("ended at %s with session %q\n%s", to, session, s.log)
	}
	who := s.accounts.asked[0]
	if who.Issuer != s.idp.Issuer || who.Subject != "wang" || who.Link != "wang" || who.Email != "wang@example.gov.cn" || who.Name != "王规划" || who.Claimed {
		t.Errorf("%+v", who)
	}
	if to, session := s.browser().signIn("zhang"); to != "/login?problem=forbidden" || session != "" {
		t.Errorf("somebody without an account: %s %q", to, session)
	}
	s.accounts.linked["zhang"] = "disabled"
	if to, session := s.browser().signIn("zhang"); to != "/login?problem=forbidden" || session != "" {
		t.Errorf("a disabled account: %s %q", to, session)
	}
}

func (b *browser) signIn(person string) (to, session string) {
	b.t.Helper()
	return b.end(b.provider(b.begin(""), person))
}

// Accounts are linked by the claim that the operator chose; e-mail addresses
// nobody verified link to nothing; roles come from the claim, administrators'
// never.
func TestClaims(t *testing.T) {
	for _, tt := range []struct {
		link, role, person string
		wantLink           string
		wantRole           layers.Role
		claimed            bool
	}{
		{"employee", "", "wang", "E-001", layers.Public, false},
		{"email", "realm_access.roles", "wang", "wang@example.gov.cn", layers.Planner, true},
		{"email", "", "mallory", "", layers.Public, false},
		{"sub", "realm_access.roles", "zhang", "zhang", layers.Dispatcher, true},
		{"sub", "realm_access.roles", "mallory", "mallory", layers.Public, false},
		{"nothing", "nothing.at.all", "wang", "", layers.Public, false},
		{"realm_access", "name", "wang", "", layers.Public, false},
	} {
		t.Run(tt.link+" "+tt.role+" "+tt.person, func(t *testing.T) {
			s := newSite(t, func(o *oidc.Options) { o.LinkClaim, o.RoleClaim = tt.link, tt.role })
			s.browser().signIn(tt.person)
			if len(s.accounts.asked) != 1 {
				t.Fatalf("asked %d times\n%s", len(s.accounts.asked), s.log)
			}
			if who := s.accounts.asked[0]; who.Link != tt.wantLink || who.Role != tt.wantRole || who.Claimed != tt.claimed || who.Subject != tt.person {
				t.Errorf("%+v", who)
			}
		})
	}
}

// A second factor is what the signed token says, and nothing less.
func TestSecondFactor(t *testing.T) {
	s := newSite(t)
	for _, tt := range []struct {
		amr  any
		want bool
	}{{nil, false}, {[]string{"pwd"}, false}, {[]string{"pwd", "otp"}, true}, {[]string{"mfa"}, true}, {"mfa", false}, {[]any{1, nil}, false}, {[]string{"hwk"}, true}} {
		b := s.browser()
		callback := b.provider(b.begin(""), "wang")
		s.wire.set(tokenAnswer(t, func(token string) string {
			claims := claimsOf(t, token)
			claims["amr"] = tt.amr
			return s.idp.forge(t, claims)
		}))
		if to, session := b.end(callback); session == "" || s.accounts.factor != tt.want {
			t.Errorf("amr %v: %s, session %q, factor %v", tt.amr, to, session, s.accounts.factor)
		}
		s.wire.set(nil)
	}
}

// The server starts and goes on without the provider, and finds it later.
func TestProviderIsAway(t *testing.T) {
	s := newSite(t)
	s.wire.set(func(string, []byte) []byte { return []byte("<html>maintenance</html>") })
	b := s.browser()
	res, _ := b.visit(s.url + "/api/v1/session/oidc")
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusFound || to != "/login?problem=unavailable" {
		t.Errorf("%s %s", res.Status, to)
	}
	s.wire.set(nil)
	if to, session := b.signIn("wang"); to != "/" || session == "" {
		t.Errorf("later: %s %q", to, session)
	}
	at := b.begin("")
	s.wire.set(func(string, []byte) []byte { return []byte(strings.Repeat("x", 2<<20)) })
	if to, session := b.end(b.provider(at, "wang")); to != "/login?problem=unauthorized" || session != "" {
		t.Errorf("an endless answer: %s %q", to, session)
	}
}

// A person who refuses at the provider is back at the sign-in page.
func TestPersonRefuses(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	at := b.begin("")
	res, _ := b.visit(at.String())
	next, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	callback := b.provider(next.JoinPath("abort"), "wang")
	if callback.Query().Get("error") != "access_denied" {
		t.Fatalf("the provider says %v", callback)
	}
	if to, session := b.end(callback); to != "/login?problem=unauthorized" || session != "" {
		t.Errorf("%s %q", to, session)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := func() oidc.Options {
		return oidc.Options{Issuer: "https://sso.example.gov.cn/realms/city", ClientID: "wutu", RedirectURL: "https://map.example.gov.cn/cb",
			Accounts: &accounts{}, Now: (&site{}).now, Rand: strings.NewReader(strings.Repeat("x", 32))}
	}
	if _, err := oidc.New(good()); err != nil {
		t.Fatal(err)
	}
	for what, spoil := range map[string]func(*oidc.Options){
		"plain issuer":   func(o *oidc.Options) { o.Issuer = "http://sso.example.gov.cn" },
		"no issuer":      func(o *oidc.Options) { o.Issuer = "" },
		"secret in it":   func(o *oidc.Options) { o.Issuer = "https://a:b@sso.example.gov.cn" },
		"plain redirect": func(o *oidc.Options) { o.RedirectURL = "http://map.example.gov.cn/cb" },
		"no client":      func(o *oidc.Options) { o.ClientID = "" },
		"no accounts":    func(o *oidc.Options) { o.Accounts = nil },
	} {
		o := good()
		if spoil(&o); layers.KindOf(func() error { _, err := oidc.New(o); return err }()) != layers.Invalid {
			t.Errorf("%s is taken", what)
		}
	}
}
