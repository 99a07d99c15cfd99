package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// provider is a certified OpenID provider that the test starts; its people are in
// server/auth/oidc/testdata/provider.
func provider(t *testing.T, redirect string) (issuer string) {
	t.Helper()
	dir := filepath.Join(root, "server", "auth", "oidc", "testdata", "provider")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); errors.Is(err, fs.ErrNotExist) {
		install := exec.Command("npm", "ci", "--loglevel=error")
		install.Dir = dir
		if out, err := install.CombinedOutput(); errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") == "" {
			t.Skip("signing in is not tested: there is no npm")
		} else if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	cmd := exec.Command("node", "provider.mjs", redirect)
	cmd.Dir = dir
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), cmd.Wait()); err != nil {
			t.Error(err)
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var p struct{ Issuer string }
	if err := json.Unmarshal(line, &p); err != nil {
		t.Fatal(err)
	}
	return p.Issuer
}

var formAction = regexp.MustCompile(`action="([^"]+)"`)

// signIn is a person at a browser who signs in with the platform. It returns the
// browser and the page it ends on.
func signIn(t *testing.T, base, person string) (*http.Client, string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: patience}
	visit := func(res *http.Response, err error) (string, string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.Request.URL.String(), string(body)
	}
	at, body := visit(browser.Get(base + "/api/v1/session/oidc?return=/m"))
	for range 5 {
		form := formAction.FindStringSubmatch(body)
		if strings.HasPrefix(at, base) || form == nil {
			break
		}
		fields := url.Values{"prompt": {"consent"}}
		if strings.Contains(body, `name="login"`) {
			fields = url.Values{"prompt": {"login"}, "login": {person}, "password": {"any"}}
		}
		at, body = visit(browser.PostForm(form[1], fields))
	}
	return browser, strings.TrimPrefix(at, base)
}

// The whole way: a real provider, a server of its own, a person who comes in by
// it, and local accounts turned off.
func TestServeWithAPlatform(t *testing.T) {
	dir := smallCity(t)
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free, known before the server starts
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("a secret of the tests\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	issuer := provider(t, "http://"+address+"/api/v1/session/oidc/callback")
	platform := []string{"--listen", address, "--oidc-issuer", issuer, "--oidc-client-id", "wutu", "--oidc-client-secret-file", secret}

	s := serve(t, dir, append(platform, "--demo")...)
	if _, at := signIn(t, s.base, "wang"); at != "/login?problem=forbidden" {
		t.Errorf("somebody without an account ends on %s\n%s", at, s.stderr)
	}
	methods := get[struct {
		Local bool
		OIDC  *struct{ Title struct{ ZH string } }
	}](s, "", "/api/v1/session/methods")
	if !methods.Local || methods.OIDC == nil || methods.OIDC.Title.ZH == "" {
		t.Errorf("%+v", methods)
	}
	demo := map[string]string{"account": "demo-planner", "password": "wutu-demo"}
	if a := s.call("", http.MethodPost, "/api/v1/session", demo); a.status != http.StatusOK {
		t.Errorf("a local account: %d %s", a.status, a.body)
	}
	s.stop()

	s = serve(t, dir, append(platform, "--demo", "--local-accounts=false", "--oidc-unknown=public", "--oidc-role-claim=realm_access.roles")...)
	if methods := get[struct{ Local bool }](s, "", "/api/v1/session/methods"); methods.Local {
		t.Error("local accounts are offered")
	}
	if a := s.call("", http.MethodPost, "/api/v1/session", demo); a.status != http.StatusUnauthorized {
		t.Errorf("a local account, turned off: %d %s", a.status, a.body)
	}
	for person, role := range map[string]string{"wang": "planner", "zhang": "dispatcher", "mallory": "public"} {
		browser, at := signIn(t, s.base, person)
		if at != "/m" {
			t.Errorf("%s ends on %s\n%s", person, at, s.stderr)
			continue
		}
		res, err := browser.Get(s.base + "/api/v1/me")
		if err != nil {
			t.Fatal(err)
		}
		var me struct {
			ID, Role, CSRF string
			Session        bool
		}
		err = json.NewDecoder(res.Body).Decode(&me)
		res.Body.Close()
		if err != nil || me.ID != person || me.Role != role || !me.Session || me.CSRF == "" {
			t.Errorf("%s: %+v %v", person, me, err)
		}
	}
	s.stop()
	mustRun(t, "check", "--data", dir)
	if strings.Contains(s.stderr.String(), "a secret of the tests") {
		t.Error("the log tells the secret")
	}
}
