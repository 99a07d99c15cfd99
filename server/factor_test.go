package server_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/audit"
	"wutu/server"
	"wutu/server/auth"
)

// Without a second factor an administrator may set one up, and nothing else.
func TestAdministratorNeedsFactor(t *testing.T) {
	for _, role := range auth.Administrators() {
		o := newOffice(t, false)
		o.hire("li.admin", role)
		b := o.browser()
		if out := b.signIn("li.admin", password, "", 200); out["role"] != role.String() || out["second_factor"] != false {
			t.Fatalf("%v", out)
		}
		open := 0
		for _, r := range o.s.Routes() {
			if r.Endless {
				continue
			}
			path := r.Path
			for strings.Contains(path, "{") {
				i, j := strings.Index(path, "{"), strings.Index(path, "}")
				path = path[:i] + "1" + path[j+1:]
			}
			w := b.send(r.Method, path, map[string]string{})
			allowed := auth.ForUnready(r.EchoPath())
			if denied := w.Code == 403 && strings.Contains(w.Body.String(), "needs a second factor first"); denied == allowed {
				t.Errorf("%s: %s %s: %d %s", role, r.Method, r.Path, w.Code, w.Body)
			}
			if allowed {
				open++
			}
			if r.ID == "signOut" || b.cookie == "" {
				b.csrf = ""
				b.signIn("li.admin", password, "", 200)
			}
		}
		if open == 0 || open > 12 {
			t.Errorf("%d routes are open", open)
		}
	}
}

// A one-time password opens the door to changing it.
func TestOneTimePassword(t *testing.T) {
	o := newOffice(t, false)
	sys := o.administrator("zhang.sys", layers.SysAdmin)
	made := sys.want("POST", "/api/v1/admin/accounts", map[string]any{"id": "wang.fang", "name": map[string]string{"zh": "王芳", "en": "Wang Fang"}}, 200)
	pw := made["password"].(string)
	if made["role"] != "public" || len(pw) != 19 || strings.Contains(strings.Join(o.acts(""), " ")+o.trail(), pw) {
		t.Fatalf("%v", made)
	}
	b := o.browser()
	if out := b.signIn("wang.fang", pw, "", 200); out["must_change_password"] != true || out["role"] != "public" {
		t.Fatalf("%v", out)
	}
	b.want("GET", "/api/v1/layers", nil, 403)
	b.want("POST", "/api/v1/session/totp", nil, 403) // first things first
	change := func(old, next string, status int) map[string]any {
		t.Helper()
		return b.want("POST", "/api/v1/session/password", map[string]string{"old": old, "new": next}, status)
	}
	for _, weak := range []string{pw, "short-7A", "onlysmallletters", "wang.fang-2026-A", ""} {
		if out := change(pw, weak, 400); out["pointer"] != "/new" {
			t.Errorf("%q: %v", weak, out)
		}
	}
	change("wrong", password, 401)
	change(pw, password, 204)
	b.want("GET", "/api/v1/layers", nil, 200)
	o.browser().signIn("wang.fang", pw, "", 401)
	// Guessing the old password from a stolen session is guessing.
	for range 5 {
		b.send("POST", "/api/v1/session/password", map[string]string{"old": "guess", "new": "Battery-Staple-8"})
	}
	change(password, "Battery-Staple-8", 429)
}

// trail is the whole audit trail as text.
func (o *office) trail() string {
	var b strings.Builder
	for l := range o.city.store.Audit(o.t.Context(), audit.Query{}) {
		b.WriteString(l.Detail)
	}
	return b.String()
}

func TestFactorCodes(t *testing.T) {
	o := newOffice(t, false)
	b := o.administrator("li.sec", layers.SecAdmin)
	again := func(code string, status int) map[string]any {
		t.Helper()
		return o.browser().signIn("li.sec", password, code, status)
	}
	if out := again("", 401); out["second_factor"] != true {
		t.Errorf("a missing code: %v", out)
	}
	// The password alone is no failure, however often, and a wrong one tells nothing of the factor.
	for range 6 {
		again("", 401)
	}
	if out := o.browser().signIn("li.sec", "wrong", b.code(1), 401); out["second_factor"] != nil {
		t.Errorf("%v", out)
	}
	again(b.code(0), 401) // used by enrolling
	again(b.code(-1), 401)
	next := b.code(1)
	again(next, 200)
	if out := again(next, 401); out["second_factor"] != true { // replayed
		t.Errorf("%v", out)
	}
	o.pass(30 * time.Second)
	again(next, 401) // its own step now, and still used
	again(b.code(1), 200)
	o.pass(15 * time.Minute)
	again(b.code(2), 401)
	again(b.code(-2), 401)
	again("000000x", 401)
	again("", 401)
	again(b.code(-1), 200) // late by one step

	// One code, many requests at once: one gets in.
	o.pass(time.Hour)
	code := b.code(0)
	var wg sync.WaitGroup
	var mu sync.Mutex
	in := 0
	for range 4 {
		wg.Go(func() {
			w := o.browser().send("POST", "/api/v1/session", map[string]string{"account": "li.sec", "password": password, "code": code})
			mu.Lock()
			defer mu.Unlock()
			if w.Code == 200 {
				in++
			}
		})
	}
	wg.Wait()
	if in != 1 {
		t.Errorf("one code let %d in", in)
	}

	// Guessing codes locks, like guessing passwords.
	o.pass(time.Hour)
	for range 5 {
		again("000000", 401)
	}
	again(b.code(0), 429)

	// The secret is nowhere to be read.
	for rec := range o.city.store.Records(t.Context(), auth.AccountBucket, "") {
		if strings.Contains(string(rec.Data), string(b.secret)) {
			t.Error("the store knows the secret of a factor")
		}
	}
}

// Another authenticator takes the place of the first only with a code of it.
func TestReplaceFactor(t *testing.T) {
	o := newOffice(t, false)
	b := o.administrator("li.sec", layers.SecAdmin)
	o.pass(time.Minute)
	if out := b.want("POST", "/api/v1/session/totp", nil, 401); out["second_factor"] != true {
		t.Errorf("%v", out)
	}
	b.want("POST", "/api/v1/session/totp", map[string]string{"code": "000000"}, 401)
	b.want("PUT", "/api/v1/session/totp", map[string]string{"code": b.code(0)}, 409)
	former := *b
	out := b.want("POST", "/api/v1/session/totp", map[string]string{"code": b.code(0)}, 200)
	if !strings.HasPrefix(out["uri"].(string), "otpauth://totp/wutu:li.sec?") {
		t.Errorf("%v", out)
	}
	o.browser().signIn("li.sec", password, former.code(1), 200) // the old one works until then
	b.secret = decodeSecret(t, out["secret"].(string))
	b.want("PUT", "/api/v1/session/totp", map[string]string{"code": former.code(1)}, 401)
	b.want("PUT", "/api/v1/session/totp", map[string]string{"code": b.code(0)}, 204)
	o.pass(time.Minute)
	o.browser().signIn("li.sec", password, former.code(0), 401)
	o.browser().signIn("li.sec", password, b.code(0), 200)
}

// A session that began before the factor does not come to have one.
func TestFactorOfOtherSessions(t *testing.T) {
	o := newOffice(t, false)
	o.hire("li.sec", layers.SecAdmin)
	thief, owner := o.browser(), o.browser()
	thief.signIn("li.sec", password, "", 200)
	owner.signIn("li.sec", password, "", 200)
	owner.enrol()
	owner.want("GET", "/api/v1/admin/policy", nil, 200)
	thief.want("GET", "/api/v1/admin/policy", nil, 401)
}

// With the hashes of a ring instead of the quick ones of the other tests.
func TestRealHashes(t *testing.T) {
	o := newOffice(t, false)
	o.inProcess = newInProcess(t, o.city, func(so *server.Options) { so.Demo, so.Keys = false, o.ring })
	o.hire("wang.fang", layers.Planner)
	o.browser().signIn("wang.fang", password, "", 200)
	o.browser().signIn("wang.fang", password+"x", "", 401)
	for rec := range o.city.store.Records(t.Context(), auth.AccountBucket, "") {
		if s := string(rec.Data); !strings.Contains(s, "$argon2id$") || strings.Contains(s, password) {
			t.Error(s)
		}
	}
}

// A server without keys lets nobody sign in and says so.
func TestWithoutKeys(t *testing.T) {
	p := newInProcess(t, newCity(t, false))
	b := &browser{p: p, address: "192.0.2.1"}
	if m := b.want("GET", "/api/v1/session/methods", nil, 200); m["local"] != false || m["oidc"] != nil {
		t.Errorf("%v", m)
	}
	b.signIn("wang.fang", password, "", 400)
}
