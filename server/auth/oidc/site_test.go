package oidc_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/auth/oidc"
	"wutu/server/openapi"
	"wutu/server/problem"
)

// accounts links identities as a city would, and remembers what was asked.
type accounts struct {
	mu     sync.Mutex
	linked map[string]string // link to account
	asked  []oidc.Identity
	begun  []string
	factor bool // of the last session
}

func (a *accounts) Account(_ context.Context, _ *http.Request, who oidc.Identity) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, who)
	if id, ok := a.linked[who.Link]; ok {
		return id, nil
	}
	return "", &layers.Error{Kind: layers.Forbidden, Op: "test", Err: errors.New("nobody is linked to this identity")}
}

func (a *accounts) Begin(_ context.Context, _ *http.Request, account string, factor bool) (*http.Cookie, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if account == "disabled" {
		return nil, &layers.Error{Kind: layers.Forbidden, Op: "test", Err: errors.New("the account is disabled")}
	}
	a.begun = append(a.begun, account)
	a.factor = factor
	return &http.Cookie{Name: "wutu_session", Value: account + "-" + strconv.Itoa(len(a.begun)), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode}, nil
}

func (a *accounts) sessions() int { a.mu.Lock(); defer a.mu.Unlock(); return len(a.begun) }

// site is our server with a provider to sign in with.
type site struct {
	t        *testing.T
	url      string
	idp      *idp
	accounts *accounts
	log      *bytes.Buffer
	wire     *wire
	mu       sync.Mutex
	ahead    time.Duration // of the site's clock
}

func (s *site) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.ahead)
}

func (s *site) setAhead(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead = d
}

// wire is the line between site and provider, on which a test may change
// answers.
type wire struct {
	mu     sync.Mutex
	change func(path string, body []byte) []byte
	calls  int
}

func (w *wire) set(f func(path string, body []byte) []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.change = f
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	change := w.change
	w.calls++
	w.mu.Unlock()
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || change == nil {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil {
		return nil, err
	}
	if changed := change(r.URL.Path, body); !bytes.Equal(changed, body) {
		body, res.StatusCode, res.Status = changed, http.StatusOK, "200 OK"
	}
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res.Header.Del("Content-Length")
	return res, nil
}

// newSite puts a site at the address that the provider knows.
func newSite(t *testing.T, change ...func(*oidc.Options)) *site {
	t.Helper()
	onGround(t)
	s := &site{t: t, url: ground.server.URL, idp: ground.idp, accounts: &accounts{linked: map[string]string{"wang": "account-wang"}},
		log: &bytes.Buffer{}, wire: &wire{}}
	o := oidc.Options{Issuer: s.idp.Issuer, ClientID: "wutu", ClientSecret: "a secret of the tests", RedirectURL: s.url + "/api/v1/session/oidc/callback",
		Accounts: s.accounts, Now: s.now, Rand: rand.Reader, Client: s.wire, Log: slog.New(slog.NewTextHandler(s.log, nil))}
	for _, f := range change {
		f(&o)
	}
	in, err := oidc.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ground.handler.Store(http.Handler(handler(in)))
	return s
}

func handler(in *oidc.SignIn) *echo.Echo {
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) { _ = problem.Write(c, problem.From(err)) }
	for _, r := range in.Routes() {
		e.Add(r.Method, r.EchoPath(), func(c echo.Context) error {
			input, err := openapi.Check(&r, c)
			if err != nil {
				return err
			}
			return r.Handle(c, input)
		})
	}
	return e
}

// browser is a person's browser; it stops at each redirection for the test to
// look at.
type browser struct {
	t *testing.T
	*http.Client
	site *site
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{t: s.t, site: s, Client: &http.Client{Jar: jar, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// visit follows an address and returns the answer with its body read.
func (b *browser) visit(address string) (*http.Response, string) {
	b.t.Helper()
	res, err := b.Get(address)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res, string(body)
}

// begin starts to sign in and returns the provider's address for it.
func (b *browser) begin(query string) *url.URL {
	b.t.Helper()
	res, body := b.visit(b.site.url + "/api/v1/session/oidc" + query)
	to, err := res.Location()
	if err != nil || res.StatusCode != http.StatusFound {
		b.t.Fatalf("begin: %s %s", res.Status, body)
	}
	return to
}

var formAction = regexp.MustCompile(`action="([^"]+)"`)

// provider signs a person in at the provider's pages and returns the address of
// the callback that the provider sends the browser to.
func (b *browser) provider(at *url.URL, person string) *url.URL {
	b.t.Helper()
	address := at.String()
	for range 12 {
		if strings.HasPrefix(address, b.site.url) {
			u, err := url.Parse(address)
			if err != nil {
				b.t.Fatal(err)
			}
			return u
		}
		res, body := b.visit(address)
		if res.StatusCode == http.StatusOK {
			form := formAction.FindStringSubmatch(body)
			if form == nil {
				b.t.Fatalf("%s: no form: %s", address, body)
			}
			fields := url.Values{"prompt": {"consent"}}
			if strings.Contains(body, `name="login"`) {
				fields = url.Values{"prompt": {"login"}, "login": {person}, "password": {"any"}}
			}
			var err error
			if res, err = b.PostForm(form[1], fields); err != nil {
				b.t.Fatal(err)
			}
			res.Body.Close()
		}
		next, err := res.Location()
		if err != nil {
			b.t.Fatalf("%s: %s %s", address, res.Status, body)
		}
		address = next.String()
	}
	b.t.Fatalf("the provider goes round: %s", address)
	return nil
}

// end visits the callback and returns where it leads and the session, "" for
// none.
func (b *browser) end(callback *url.URL) (to, session string) {
	b.t.Helper()
	res, body := b.visit(callback.String())
	if res.StatusCode != http.StatusFound {
		b.t.Fatalf("callback: %s %s", res.Status, body)
	}
	for _, c := range res.Cookies() {
		switch c.Name {
		case "wutu_session":
			session = c.Value
		case "wutu_signin":
			if c.MaxAge >= 0 {
				b.t.Errorf("the flow's cookie stays: %v", c)
			}
		}
	}
	if res.Header.Get("Cache-Control") != "no-store" {
		b.t.Errorf("a cache may keep the answer: %v", res.Header)
	}
	return res.Header.Get("Location"), session
}

// claimsOf reads a token's claims; whole numbers stay whole.
func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// tokenAnswer changes the ID token in the provider's answer.
func tokenAnswer(t *testing.T, change func(token string) string) func(string, []byte) []byte {
	return func(path string, body []byte) []byte {
		if path != "/token" {
			return body
		}
		var doc map[string]any
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Error(err)
		}
		token, ok := doc["id_token"].(string)
		if !ok {
			return body
		}
		if doc["id_token"] = change(token); doc["id_token"] == "" {
			delete(doc, "id_token")
		}
		out, err := json.Marshal(doc)
		if err != nil {
			t.Error(err)
		}
		return out
	}
}
