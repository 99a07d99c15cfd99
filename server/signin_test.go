package server_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wutu/layers"
	"wutu/server/auth"
)

// Five guesses, and the door is shut for everybody who knocks under that name,
// with the right password too; it opens by time or by the administrator.
func TestGuessing(t *testing.T) {
	o := newOffice(t, false)
	sys := o.administrator("zhang.sys", layers.SysAdmin)
	o.hire("wang.fang", layers.Planner)
	guess := func(n int) {
		t.Helper()
		for i := range n {
			if out := o.browser().signIn("wang.fang", fmt.Sprintf("guess %d", i), "", 401); out["second_factor"] != nil {
				t.Fatalf("a wrong password tells of a factor: %v", out)
			}
		}
	}
	shut := func(retry string) {
		t.Helper()
		o.hasher.verified.Store(0)
		w := o.browser().send("POST", "/api/v1/session", map[string]string{"account": " WANG.fang ", "password": password})
		if w.Code != 429 || w.Header().Get("Retry-After") != retry || !strings.Contains(w.Body.String(), `"/problems/too-many"`) {
			t.Fatalf("%d %s %s, want 429 after %s s", w.Code, w.Header().Get("Retry-After"), w.Body, retry)
		}
		if o.hasher.verified.Load() != 0 {
			t.Fatal("a locked account costs a hash")
		}
	}
	guess(4)
	o.browser().signIn("wang.fang", password, "", 200) // forgets the failures
	guess(5)
	shut("900")
	o.pass(14*time.Minute + 59*time.Second)
	shut("1")
	restarted := *o
	restarted.inProcess = o.server(t, o.city, false)
	if w := restarted.browser().send("POST", "/api/v1/session", map[string]string{"account": "wang.fang", "password": password}); w.Code != 429 {
		t.Errorf("a restart unlocks: %d", w.Code)
	}
	o.pass(time.Second)
	o.browser().signIn("wang.fang", password, "", 200)

	guess(5)
	if list := sys.want("GET", "/api/v1/admin/accounts", nil, 200)["accounts"].([]any); !strings.Contains(fmt.Sprint(list), "locked_until:2026") {
		t.Errorf("the list does not show the lock: %v", list)
	}
	sys.want("POST", "/api/v1/admin/accounts/wang.fang/unlock", nil, 200)
	o.browser().signIn("wang.fang", password, "", 200)

	// Slow guessing: failures of a quarter of an hour ago do not count.
	for range 3 {
		guess(4)
		o.pass(15 * time.Minute)
	}
	o.browser().signIn("wang.fang", password, "", 200)
	acts := o.acts("accounts/wang.fang")
	for action, want := range map[string]int{"session.fail": 4 + 5 + 5 + 12, "session.lock": 2, "accounts.unlock": 1} {
		if got := len(slices.DeleteFunc(slices.Clone(acts), func(a string) bool { return a != action })); got != want {
			t.Errorf("%d lines %s, want %d", got, action, want)
		}
	}
}

// Many guesses at once are no more than five.
func TestGuessingAtOnce(t *testing.T) {
	o := newOffice(t, false)
	o.hire("wang.fang", layers.Planner)
	o.hasher.enter, o.hasher.leave = make(chan struct{}), make(chan struct{})
	o.hasher.verified.Store(0)
	codes := make(chan int, 100)
	var wg sync.WaitGroup
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-o.hasher.enter:
				o.hasher.leave <- struct{}{}
			case <-stop:
				return
			}
		}
	}()
	for range cap(codes) {
		wg.Go(func() {
			codes <- o.browser().send("POST", "/api/v1/session", map[string]string{"account": "wang.fang", "password": "guess"}).Code
		})
	}
	wg.Wait()
	close(stop)
	close(codes)
	count := map[int]int{}
	for c := range codes {
		count[c]++
	}
	if n := o.hasher.verified.Load(); n > 5 || count[401] != int(n) || count[401]+count[429] != 100 {
		t.Errorf("%d passwords compared, answers %v", n, count)
	}
}

// An address that fails with ever other names is shut out, and others are not.
func TestSpraying(t *testing.T) {
	o := newOffice(t, false)
	o.hire("wang.fang", layers.Planner)
	for _, net := range []struct{ from, other string }{{"198.51.100.9", "198.51.100.10"}, {"[2001:db8::%d]", "[2001:db8:0:1::1]"}} {
		for i := range 50 {
			b := o.browser()
			if b.address = net.from; strings.Contains(net.from, "%d") {
				b.address = fmt.Sprintf(net.from, i+1)
			}
			b.signIn(fmt.Sprintf("nobody%d", i), "Spring-2026!", "", 401)
		}
		b := o.browser()
		if b.address = net.from; strings.Contains(net.from, "%d") {
			b.address = "[2001:db8::ffff]"
		}
		b.signIn("wang.fang", password, "", 429)
		b.address = net.other
		b.signIn("wang.fang", password, "", 200)
	}
	o.pass(15 * time.Minute)
	b := o.browser()
	b.address = "198.51.100.9"
	b.signIn("wang.fang", password, "", 200)
}

// Nothing tells whether an account exists: not the answers, not the headers, not
// the work, not the lock.
func TestWhoHasAnAccount(t *testing.T) {
	o := newOffice(t, false)
	sys := o.administrator("zhang.sys", layers.SysAdmin)
	for _, id := range []string{"wang.fang", "off.duty", "gone.for-ever", "late.comer"} {
		o.hire(id, layers.Planner)
	}
	sys.want("PATCH", "/api/v1/admin/accounts/off.duty", map[string]any{"enabled": false}, 200)
	sys.want("DELETE", "/api/v1/admin/accounts/gone.for-ever", nil, 200)
	late := sys.want("POST", "/api/v1/admin/accounts/late.comer/reset-password", nil, 200)["password"].(string)
	o.pass(8 * 24 * time.Hour) // one-time passwords are good for seven days
	type seen struct {
		status       int
		body, header string
		hashes       int64
	}
	look := func(account, pw string) seen {
		o.hasher.verified.Store(0)
		w := o.browser().send("POST", "/api/v1/session", map[string]string{"account": account, "password": pw})
		trace := w.Header().Get("X-Request-Id")
		h := w.Header().Clone()
		h.Del("X-Request-Id")
		var header strings.Builder
		if err := h.WriteSubset(&header, nil); err != nil {
			t.Fatal(err)
		}
		return seen{w.Code, strings.ReplaceAll(w.Body.String(), trace, ""), header.String(), o.hasher.verified.Load()}
	}
	cases := map[string]string{"wang.fang": "wrong", "off.duty": password, "gone.for-ever": password, "late.comer": late, "nobody": password, "demo-planner": auth.DemoPassword,
		"不存在": password, "a very long name that no account can have, with spaces": password, "": ""}
	for i := range 7 {
		first := look("wang.fang", "wrong")
		if want := map[bool]int{true: 401, false: 429}[i < 5]; first.status != want {
			t.Fatalf("attempt %d: %+v", i, first)
		}
		for account, pw := range cases {
			if account == "wang.fang" {
				continue
			}
			if got := look(account, pw); got != first {
				t.Errorf("attempt %d of %q: %+v, that of an account %+v", i, account, got, first)
			}
		}
		if i < 5 {
			o.pass(time.Minute)
		}
	}
	for _, object := range o.acts("") { // and what was typed for a name is not written down
		if strings.Contains(object, "nobody") {
			t.Error(object)
		}
	}
}

// The id of a session is made at signing in and nowhere else.
func TestFixation(t *testing.T) {
	o := newOffice(t, false)
	o.hire("wang.fang", layers.Planner)
	b := o.browser()
	b.cookie = "chosen-by-the-attacker-0123456789abcdefghi"
	b.signIn("wang.fang", password, "", 200)
	if b.cookie == "chosen-by-the-attacker-0123456789abcdefghi" || len(b.cookie) != 43 {
		t.Fatalf("the session is %q", b.cookie)
	}
	stolen := *b
	b.signIn("wang.fang", password, "", 200) // in the same browser: the former session ends
	if b.cookie == stolen.cookie {
		t.Fatal("signing in again keeps the id")
	}
	stolen.want("GET", "/api/v1/me", nil, 401)
	b.want("GET", "/api/v1/me", nil, 200)
	for rec, err := range o.city.store.Records(t.Context(), auth.SessionBucket, "") {
		if err != nil || strings.Contains(rec.Key+string(rec.Data), b.cookie) {
			t.Errorf("the store knows the id of a session: %v", err)
		}
	}
}

// Sessions end when they are not used, and at last anyway.
func TestExpiry(t *testing.T) {
	o := newOffice(t, false)
	o.hire("wang.fang", layers.Planner)
	b := o.browser()
	b.signIn("wang.fang", password, "", 200)
	o.pass(30*time.Minute - time.Second)
	b.want("GET", "/api/v1/me", nil, 200)
	o.pass(30*time.Minute - time.Second)
	b.want("GET", "/api/v1/me", nil, 200) // its use counted
	o.pass(30 * time.Minute)
	idle := *b
	idle.want("GET", "/api/v1/me", nil, 401)
	b.signIn("wang.fang", password, "", 200)
	o.pass(12*time.Hour - 25*time.Minute*28)
	b.want("GET", "/api/v1/me", nil, 200)
	for range 27 {
		o.pass(25 * time.Minute)
		b.want("GET", "/api/v1/me", nil, 200)
	}
	o.pass(25*time.Minute - time.Second)
	b.want("GET", "/api/v1/me", nil, 200)
	o.pass(time.Second)
	old := *b
	if old.want("GET", "/api/v1/me", nil, 401); old.cookie != "" {
		t.Error("an ended session stays in the browser")
	}
	// A stale cookie keeps nobody from the pages, from signing in or from out.
	for _, a := range []struct {
		method, path string
		status       int
	}{{"GET", "/", 200}, {"GET", "/api/v1/session/methods", 200}, {"DELETE", "/api/v1/session", 204}, {"GET", "/healthz", 200}, {"GET", "/api/v1/session", 401}} {
		stale := *b
		if w := stale.send(a.method, a.path, nil); w.Code != a.status || stale.cookie != "" {
			t.Errorf("%s %s with a stale cookie: %d, cookie %q", a.method, a.path, w.Code, stale.cookie)
		}
	}
	b.signIn("wang.fang", password, "", 200)
}

// The use of a session is written once a minute at most.
func TestSeldomWritten(t *testing.T) {
	o := newOffice(t, false)
	o.hire("wang.fang", layers.Planner)
	b := o.browser()
	b.signIn("wang.fang", password, "", 200)
	states := map[string]bool{}
	for range 180 {
		b.want("GET", "/api/v1/me", nil, 200)
		for rec := range o.city.store.Records(t.Context(), auth.SessionBucket, "") {
			states[string(rec.Data)] = true
		}
		o.pass(time.Second)
	}
	if n := len(states); n != 1+3 { // the session of hiring; this one's beginning, first and second minute
		t.Errorf("%d states of sessions in three minutes", n)
	}
}

// Whoever has a copy of the cookie is out when its owner goes, changes the
// password or the factor, is disabled, or gets other rights.
func TestStolenCookie(t *testing.T) {
	for _, how := range []string{"sign-out", "password", "factor", "disable", "close", "rights", "department", "reset", "revoke", "elsewhere"} {
		t.Run(how, func(t *testing.T) {
			o := newOffice(t, false)
			sys, sec := o.administrator("zhang.sys", layers.SysAdmin), o.administrator("li.sec", layers.SecAdmin)
			o.hire("wang.fang", layers.Planner)
			b, other := o.browser(), o.browser()
			b.signIn("wang.fang", password, "", 200)
			other.signIn("wang.fang", password, "", 200)
			stolen, another := *b, *other
			alsoOthers := true
			switch how {
			case "sign-out":
				b.want("DELETE", "/api/v1/session", nil, 204)
				alsoOthers = false
			case "password":
				b.want("POST", "/api/v1/session/password", map[string]string{"old": password, "new": "Battery-Staple-8"}, 204)
				b.want("GET", "/api/v1/me", nil, 200) // who changed it goes on
				o.browser().signIn("wang.fang", password, "", 401)
			case "factor":
				b.enrol()
				b.want("GET", "/api/v1/me", nil, 200)
			case "disable":
				sys.want("PATCH", "/api/v1/admin/accounts/wang.fang", map[string]any{"enabled": false}, 200)
				o.browser().signIn("wang.fang", password, "", 401)
				sys.want("PATCH", "/api/v1/admin/accounts/wang.fang", map[string]any{"enabled": true}, 200) // does not bring them back
			case "close":
				sys.want("DELETE", "/api/v1/admin/accounts/wang.fang", nil, 200)
			case "rights":
				sec.want("PATCH", "/api/v1/admin/accounts/wang.fang/rights", map[string]any{"role": "dispatcher"}, 200)
			case "department":
				sys.want("PATCH", "/api/v1/admin/accounts/wang.fang", map[string]any{"department": "dep-light"}, 200)
			case "reset":
				sys.want("POST", "/api/v1/admin/accounts/wang.fang/reset-password", nil, 200)
			case "revoke":
				own := other.want("GET", "/api/v1/session", nil, 200)["id"]
				for _, s := range other.want("GET", "/api/v1/sessions", nil, 200)["sessions"].([]any) {
					if s := s.(map[string]any); s["id"] != own {
						other.want("DELETE", "/api/v1/sessions/"+s["id"].(string), nil, 204)
					}
				}
				alsoOthers = false
			case "elsewhere": // by another process, within a second
				elsewhere := o.server(t, o.city, false)
				if _, err := elsewhere.s.Gate().ResetPassword(t.Context(), operator(), "wang.fang", true); err != nil {
					t.Fatal(err)
				}
				o.pass(time.Second)
			}
			stolen.want("GET", "/api/v1/me", nil, 401)
			if status := map[bool]int{true: 401, false: 200}[alsoOthers]; another.send("GET", "/api/v1/me", nil).Code != status {
				t.Errorf("the other session: want %d", status)
			}
		})
	}
}

// A request that another site makes the browser send lacks the token.
func TestForgedRequests(t *testing.T) {
	o := newOffice(t, false)
	o.hire("wang.fang", layers.Planner)
	b, other := o.browser(), o.browser()
	b.signIn("wang.fang", password, "", 200)
	other.signIn("wang.fang", password, "", 200)
	if b.csrf == other.csrf || b.csrf == b.cookie || len(b.csrf) < 40 {
		t.Fatalf("tokens %q %q", b.csrf, other.csrf)
	}
	stats := map[string]any{"layers": []string{"buildings"}}
	tokens := map[string]int{b.csrf: 200, "": 403, other.csrf: 403, b.csrf[:42]: 403, b.csrf + "A": 403, strings.ToLower(b.csrf): 403}
	for _, token := range slices.Sorted(maps.Keys(tokens)) {
		b.want("POST", "/api/v1/stats", stats, tokens[token], auth.CSRFHeader, token)
	}
	for _, a := range []struct{ method, path string }{{"DELETE", "/api/v1/session"}, {"POST", "/api/v1/session/password"}, {"POST", "/api/v1/session/totp"},
		{"PUT", "/api/v1/session/totp"}, {"DELETE", "/api/v1/sessions/x"}, {"POST", "/api/v1/events"}} {
		b.want(a.method, a.path, map[string]string{}, 403, auth.CSRFHeader, "")
	}
	b.want("GET", "/api/v1/me", nil, 200, auth.CSRFHeader, "")
	b.want("HEAD", "/api/v1/me", nil, 200, auth.CSRFHeader, "")
	// A form of another site can neither sign the browser in as somebody else.
	b.want("POST", "/api/v1/session", map[string]string{"account": "wang.fang", "password": password}, 415, "Content-Type", "text/plain")
	b.want("POST", "/api/v1/session", map[string]string{"account": "wang.fang", "password": password}, 403, "Sec-Fetch-Site", "cross-site")
	// Keys are sent on purpose and need none; with one, the cookie says nothing.
	if me := b.want("GET", "/api/v1/me", nil, 200, "Authorization", "Bearer "+o.key(auth.Spec{Role: layers.Dispatcher})); me["role"] != "dispatcher" || me["session"] != false || me["csrf"] != nil {
		t.Errorf("%v", me)
	}
	b.want("POST", "/api/v1/stats", stats, 200, "Authorization", "Bearer "+o.key(auth.Spec{Role: layers.Dispatcher}), auth.CSRFHeader, "")
}

// key makes a key.
func (o *office) key(spec auth.Spec) string {
	o.t.Helper()
	secret, _, err := o.s.Gate().CreateKey(o.t.Context(), operator(), spec)
	if err != nil {
		o.t.Fatal(err)
	}
	return secret
}

func TestCookie(t *testing.T) {
	o := newOffice(t, false)
	o.hire("wang.fang", layers.Planner)
	for _, tls := range []bool{false, true} {
		b := o.browser()
		b.tls = tls
		w := b.send("POST", "/api/v1/session", map[string]string{"account": "wang.fang", "password": password})
		cookies := w.Result().Cookies()
		if w.Code != 200 || len(cookies) != 1 {
			t.Fatalf("%d %v", w.Code, cookies)
		}
		c := cookies[0]
		if c.Name != "wutu_session" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.Secure != tls || c.MaxAge != 0 || !c.Expires.IsZero() {
			t.Errorf("TLS %v: %+v", tls, c)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("cache rule %q", w.Header().Get("Cache-Control"))
		}
	}
}
