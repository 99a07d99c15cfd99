package auth_test

import (
	"math/rand/v2"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/audit"
	"wutu/layers/memstore"
	"wutu/server/auth"
)

// People whom a platform vouches for get the account that is theirs, and no
// other; administrators' accounts are out of its reach.
func TestPlatformAccounts(t *testing.T) {
	at := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }
	store := memstore.NewWithClock(now)
	g, err := auth.New(auth.Options{Store: store, Now: now, Rand: rand.NewChaCha8([32]byte{1}), Hasher: plain{}})
	if err != nil {
		t.Fatal(err)
	}
	by := &layers.Subject{ID: "boss", Role: layers.SysAdmin}
	make := func(id string, role layers.Role) {
		t.Helper()
		if _, _, err := g.CreateAccount(t.Context(), by, auth.NewAccount{ID: id, Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	make("wang", layers.Planner)
	make("root", layers.SecAdmin)
	make("gone", layers.Planner)
	off := false
	if _, err := g.ChangeAccount(t.Context(), by, "gone", auth.Change{Enabled: &off}); err != nil {
		t.Fatal(err)
	}
	person := func(issuer, link string, role layers.Role) auth.Person {
		return auth.Person{Issuer: issuer, Link: link, Name: "某人", Role: role}
	}
	for _, tt := range []struct {
		what    string
		p       auth.Person
		welcome bool
		want    string // "": refused
		role    layers.Role
	}{
		{"unknown", person("https://a", "li", layers.Public), false, "", 0},
		{"no name at the platform", person("https://a", "", layers.Public), true, "", 0},
		{"an account called so is linked", person("https://a", "Wang", layers.Commander), false, "wang", layers.Planner},
		{"and stays so", person("https://a", "Wang", layers.Public), false, "wang", layers.Planner},
		{"the same name at another platform", person("https://b", "wang", layers.Public), false, "", 0},
		{"another spelling at the same", person("https://a", "wang", layers.Public), false, "", 0},
		{"an administrator's account", person("https://a", "root", layers.Public), false, "", 0},
		{"a disabled account", person("https://a", "gone", layers.Public), true, "", 0},
		{"welcome", person("https://a", "li", layers.Dispatcher), true, "li", layers.Dispatcher},
		{"welcome again", person("https://a", "li", layers.Commander), false, "li", layers.Dispatcher},
		{"welcome, but not as administrator", person("https://a", "mallory", layers.SysAdmin), true, "mallory", layers.Public},
		{"welcome, the name is taken", person("https://b", "wang", layers.Public), true, "person-*", layers.Public},
		{"welcome, the name is an administrator's", person("https://b", "root", layers.Public), true, "person-*", layers.Public},
		{"welcome, no id can be called so", person("https://a", "系统/../x@y", layers.Public), true, "person-*", layers.Public},
		{"welcome, a reserved name", person("https://a", "system", layers.Public), true, "person-*", layers.Public},
	} {
		before := len(trailOf(t, store))
		id, err := g.AccountOf(t.Context(), tt.p, tt.welcome)
		if tt.want == "" {
			trail := trailOf(t, store)[before:]
			if layers.KindOf(err) != layers.Forbidden || len(trail) != 1 || trail[0].Action != "session.fail" || trail[0].Result != layers.AuditRefused {
				t.Errorf("%s: %q %v", tt.what, id, err)
			}
			continue
		}
		if err != nil || id != tt.want && (tt.want != "person-*" || len(id) != len("person-")+16) {
			t.Errorf("%s: %q %v", tt.what, id, err)
			continue
		}
		r := httptest.NewRequest("GET", "/", nil)
		cookie, err := g.Begin(t.Context(), r, id)
		if err != nil {
			t.Errorf("%s: %v", tt.what, err)
			continue
		}
		r.AddCookie(cookie)
		if who, err := g.Identify(t.Context(), r); err != nil || who.Subject.ID != id || who.Subject.Role != tt.role || who.Unready() != "" {
			t.Errorf("%s: %+v %v", tt.what, who, err)
		}
	}
	// Many windows of one person at a time: one account.
	var mu sync.Mutex
	var work sync.WaitGroup
	ids := map[string]int{}
	for range 8 {
		work.Go(func() {
			id, err := g.AccountOf(t.Context(), person("https://a", "zhao@example", layers.Public), true)
			mu.Lock()
			defer mu.Unlock()
			if ids[id]++; err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	if len(ids) != 1 {
		t.Errorf("accounts: %v", ids)
	}
}

func trailOf(t *testing.T, store *memstore.Store) (out []audit.Line) {
	t.Helper()
	for l, err := range store.Audit(t.Context(), audit.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}

// plain hashes nothing: no test here signs in with a password.
type plain struct{}

func (plain) Hash(pw []byte) (string, error)              { return string(pw), nil }
func (plain) Verify(hash string, pw []byte) (bool, error) { return hash == string(pw), nil }
