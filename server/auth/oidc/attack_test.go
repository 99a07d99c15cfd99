package oidc_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"wutu/server/auth/oidc"
)

// refused fails the test unless the callback ends without a session, on our own
// sign-in page.
func (b *browser) refused(what string, callback *url.URL) {
	b.t.Helper()
	before := b.site.accounts.sessions()
	to, session := b.end(callback)
	if session != "" || b.site.accounts.sessions() != before {
		b.t.Errorf("%s: a session begins", what)
	}
	if !strings.HasPrefix(to, "/login?problem=") {
		b.t.Errorf("%s: leads to %s", what, to)
	}
}

// with returns u with a parameter changed, "" removes it.
func with(u *url.URL, name, value string) *url.URL {
	v, q := *u, u.Query()
	if q.Set(name, value); value == "" {
		q.Del(name)
	}
	v.RawQuery = q.Encode()
	return &v
}

// Answers that are not the end of what this browser began: forged or injected
// states, another browser's callback, a code used again, a callback visited
// again.
func TestStateAndCode(t *testing.T) {
	s := newSite(t)
	s.accounts.linked["mallory"] = "account-mallory"
	victim, attacker := s.browser(), s.browser()

	callback := victim.provider(victim.begin(""), "wang")
	victim.refused("a wrong state", with(callback, "state", callback.Query().Get("state")+"x"))
	victim.refused("a right state after a wrong one", callback) // the flow is over
	victim.refused("a callback nobody began", callback)

	callback = victim.provider(victim.begin(""), "wang")
	victim.refused("no state", with(callback, "state", ""))

	// Login CSRF: the attacker's own callback in the victim's browser.
	own := attacker.provider(attacker.begin(""), "mallory")
	victim.refused("a callback of another browser, nothing begun", own)
	victim.begin("")
	victim.refused("a callback of another browser", own)

	// A stolen code in the attacker's own flow: the verifier and the nonce are the
	// victim's.
	stolen := victim.provider(victim.begin(""), "wang")
	mine := attacker.provider(attacker.begin(""), "mallory")
	attacker.refused("a stolen code", with(mine, "code", stolen.Query().Get("code")))

	callback = victim.provider(victim.begin(""), "wang")
	jar := victim.Jar
	cookies := jar.Cookies(callback)
	answers := map[string][]byte{}
	s.wire.set(func(path string, body []byte) []byte {
		answers[path] = body
		return body
	})
	if to, session := victim.end(callback); to != "/" || session == "" {
		t.Fatalf("%s %q\n%s", to, session, s.log)
	}
	s.wire.set(nil)
	victim.refused("a callback visited again", callback)
	jar.SetCookies(callback, withPath(cookies)) // somebody who reads the disk of the browser
	victim.refused("a callback visited again with its cookie", callback)
	// And with a provider that takes a code twice.
	s.wire.set(func(path string, _ []byte) []byte { return answers[path] })
	jar.SetCookies(callback, withPath(cookies))
	victim.refused("a callback visited again, and its code is good", callback)
	s.wire.set(nil)

	callback = victim.provider(victim.begin(""), "wang")
	victim.refused("no code", with(callback, "code", ""))

	// Broken cookies, and one of another process.
	for _, value := range []string{"", "AAAA", strings.Repeat("A", 200), strings.Repeat("A", 5000), "%%%"} {
		callback = victim.provider(victim.begin(""), "wang")
		jar.SetCookies(callback, withPath([]*http.Cookie{{Name: "wutu_signin", Value: value}}))
		victim.refused("a forged cookie", callback)
	}
	callback = victim.provider(victim.begin(""), "wang")
	again, err := oidc.New(oidc.Options{Issuer: s.idp.Issuer, ClientID: "wutu", ClientSecret: "a secret of the tests", RedirectURL: s.url + "/api/v1/session/oidc/callback",
		Accounts: s.accounts, Now: s.now, Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	ground.handler.Store(http.Handler(handler(again)))
	victim.refused("a cookie of another process", callback)
	for _, secret := range []string{"a secret of the tests", stolen.Query().Get("code"), callback.Query().Get("state")} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

func withPath(cookies []*http.Cookie) []*http.Cookie {
	for _, c := range cookies {
		c.Path = "/api/v1/session/oidc"
	}
	return cookies
}

// Whoever takes longer than ten minutes begins again.
func TestFlowsExpire(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	s.wire.set(tokenAnswer(t, func(token string) string { // which would have expired, too
		claims := claimsOf(t, token)
		claims["exp"] = time.Now().Add(time.Hour).Unix()
		return s.idp.forge(t, claims)
	}))
	for after, ok := range map[time.Duration]bool{9 * time.Minute: true, 11 * time.Minute: false, -2 * time.Minute: false} {
		callback := b.provider(b.begin(""), "wang")
		s.setAhead(after)
		if !ok {
			b.refused("a flow of "+after.String(), callback)
		} else if to, session := b.end(callback); session == "" {
			t.Errorf("a flow of %v: %s\n%s", after, to, s.log)
		}
		s.setAhead(0)
	}
}

// Tokens that the provider's own key has signed, and are wrong all the same, put
// in the place of the right one; and tokens of other keys and no keys.
func TestForgedTokens(t *testing.T) {
	s := newSite(t)
	s.accounts.linked["zhang"], s.accounts.linked[""] = "account-zhang", "account-of-nobody"
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := s.idp.Key.Public().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	claimed := func(change map[string]any) func(map[string]any, string) string {
		return func(claims map[string]any, _ string) string {
			maps.Copy(claims, change)
			maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
			return s.idp.forge(t, claims)
		}
	}
	right := claimed(nil)
	for _, tt := range []struct {
		what  string
		token func(claims map[string]any, token string) string
		ok    bool
	}{
		{"the same claims, signed again", right, true},
		{"one audience of several, issued for us", claimed(map[string]any{"aud": []string{"wutu", "other"}, "azp": "wutu"}), true},
		{"a wrong nonce", claimed(map[string]any{"nonce": "another"}), false},
		{"no nonce", claimed(map[string]any{"nonce": nil}), false},
		{"another audience", claimed(map[string]any{"aud": "other"}), false},
		{"no audience", claimed(map[string]any{"aud": nil}), false},
		{"issued for another client", claimed(map[string]any{"aud": []string{"wutu", "other"}, "azp": "other"}), false},
		{"several audiences, issued for nobody", claimed(map[string]any{"aud": []string{"wutu", "other"}}), false},
		{"expired", claimed(map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}), false},
		{"no expiry", claimed(map[string]any{"exp": nil}), false},
		{"not valid yet", claimed(map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}), false},
		{"another issuer", claimed(map[string]any{"iss": "https://evil.example"}), false},
		{"the issuer with a slash", claimed(map[string]any{"iss": s.idp.Issuer + "/"}), false},
		{"nobody", claimed(map[string]any{"sub": ""}), false},
		{"somebody else than userinfo says", claimed(map[string]any{"sub": "zhang"}), false},
		{"alg none", func(c map[string]any, _ string) string {
			return part(map[string]string{"alg": "none"}) + "." + part(c) + "."
		}, false},
		{"alg None with the old signature", func(c map[string]any, token string) string {
			return part(map[string]string{"alg": "None", "kid": "test"}) + "." + part(c) + token[strings.LastIndex(token, "."):]
		}, false},
		{"the public key as a shared secret", func(c map[string]any, _ string) string {
			return sign(t, jose.SigningKey{Algorithm: jose.HS256, Key: public}, c)
		}, false},
		{"the client's secret as a shared secret", func(c map[string]any, _ string) string {
			return sign(t, jose.SigningKey{Algorithm: jose.HS256, Key: []byte("a secret of the tests, made longer")}, c)
		}, false},
		{"a key nobody published", func(c map[string]any, _ string) string {
			return sign(t, jose.SigningKey{Algorithm: jose.RS256, Key: other}, c)
		}, false},
		{"a key nobody published, by the known name", func(c map[string]any, _ string) string {
			return sign(t, jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: other, KeyID: "test"}}, c)
		}, false},
		{"changed claims under the old signature", func(c map[string]any, token string) string {
			c["sub"] = "zhang"
			parts := strings.Split(token, ".")
			return parts[0] + "." + part(c) + "." + parts[2]
		}, false},
		{"no token", func(map[string]any, string) string { return "" }, false},
		{"no JWT", func(map[string]any, string) string { return "x.y.z" }, false},
	} {
		t.Run(tt.what, func(t *testing.T) {
			b := s.browser()
			callback := b.provider(b.begin(""), "wang")
			s.wire.set(tokenAnswer(t, func(token string) string {
				return tt.token(claimsOf(t, token), token)
			}))
			defer s.wire.set(nil)
			if !tt.ok {
				b.refused(tt.what, callback)
				return
			}
			if to, session := b.end(callback); to != "/" || session == "" {
				t.Errorf("%s: %s %q\n%s", tt.what, to, session, s.log)
			}
		})
	}
}

// A second provider, honest or not, cannot have its answers taken for the
// first's: neither named in the callback, nor a token of its own.
func TestMixUp(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	callback := b.provider(b.begin(""), "wang")
	if callback.Query().Get("iss") != s.idp.Issuer {
		t.Fatalf("the provider does not name itself: %v", callback)
	}
	b.refused("an answer of another issuer", with(callback, "iss", "https://evil.example"))
	b.refused("an answer that names no issuer", with(b.provider(b.begin(""), "wang"), "iss", ""))

	second, stop, err := startIDP(s.url + "/api/v1/session/oidc/callback")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	}()
	// A code of the second provider for the first: the first does not know it.
	elsewhere := b.begin("")
	at, err := url.Parse(second.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	at.Path, at.RawQuery = elsewhere.Path, elsewhere.RawQuery
	foreign := b.provider(at, "wang")
	b.refused("a callback from the second provider", foreign)
	b.begin("")
	b.refused("its code with the first's name", with(foreign, "iss", s.idp.Issuer))
	// A token of the second, right in everything but issuer and key.
	callback = b.provider(b.begin(""), "wang")
	s.wire.set(tokenAnswer(t, func(token string) string {
		return second.forge(t, claimsOf(t, token))
	}))
	b.refused("a token that the second provider signed", callback)

	// A discovery document that speaks for another issuer.
	liar := newSite(t, func(o *oidc.Options) { o.Issuer = strings.Replace(o.Issuer, "127.0.0.1", "localhost", 1) })
	res, _ := liar.browser().visit(liar.url + "/api/v1/session/oidc")
	if to := res.Header.Get("Location"); to != "/login?problem=unavailable" {
		t.Errorf("a document of another issuer: %s", to)
	}
}

// Signing in never ends on another site's page.
func TestOpenRedirect(t *testing.T) {
	s := newSite(t)
	for _, to := range []string{"https://evil.example", "//evil.example", `/\evil.example`, `\\evil.example`, "/\t/evil.example", "/%09/evil.example\n",
		"javascript:alert(1)", "evil.example", "@evil.example", " //evil.example", "/ /evil.example", "///evil.example", "http:evil.example"} {
		b := s.browser()
		if got, session := b.end(b.provider(b.begin("?return="+url.QueryEscape(to)), "wang")); session == "" || got != "/" {
			t.Errorf("return %q: %q, session %q", to, got, session)
		}
	}
}

func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/", "/m?x=1#y", "//evil.example", `/\evil`, "/\t/evil", "/..//evil", "/a\\..\\", "", "/界"} {
		f.Add(seed)
	}
	base, err := url.Parse("https://map.example.gov.cn/api/v1/session/oidc/callback")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := oidc.LocalPath(s)
		if got != s && got != "/" {
			t.Fatalf("%q becomes %q", s, got)
		}
		// As browsers read it: control characters dropped, \ as /.
		seen := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(strings.TrimSpace(got))
		if !strings.HasPrefix(seen, "/") || strings.HasPrefix(seen, "//") {
			t.Fatalf("%q leads to %q", s, seen)
		}
		if u, err := url.Parse(seen); err == nil && base.ResolveReference(u).Host != base.Host {
			t.Fatalf("%q leaves the site: %v", s, base.ResolveReference(u))
		}
	})
}
