package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/model"
	"wutu/server/auth"
)

// Every address of administration answers its own administrators and nobody
// else, under whatever method.
func TestOnlyTheirOwnArea(t *testing.T) {
	o := newOffice(t, false)
	callers := map[string]*browser{"": o.browser()}
	for _, role := range layers.Roles() {
		if role == layers.API {
			continue
		}
		id := "a." + role.String()
		if auth.IsAdministrator(role) {
			callers[role.String()] = o.administrator(id, role)
			continue
		}
		o.hire(id, role)
		b := o.browser()
		b.signIn(id, password, "", 200)
		callers[role.String()] = b
	}
	owners := map[string][]string{
		"GET /api/v1/admin/accounts":                      {"sysadmin", "secadmin"},
		"POST /api/v1/admin/accounts":                     {"sysadmin"},
		"PATCH /api/v1/admin/accounts/{id}":               {"sysadmin"},
		"DELETE /api/v1/admin/accounts/{id}":              {"sysadmin"},
		"POST /api/v1/admin/accounts/{id}/unlock":         {"sysadmin"},
		"POST /api/v1/admin/accounts/{id}/reset-password": {"sysadmin"},
		"GET /api/v1/admin/usage":                         {"sysadmin"},
		"PATCH /api/v1/admin/accounts/{id}/rights":        {"secadmin"},
		"GET /api/v1/admin/keys":                          {"secadmin"},
		"POST /api/v1/admin/keys":                         {"secadmin"},
		"DELETE /api/v1/admin/keys/{id}":                  {"secadmin"},
		"GET /api/v1/admin/policy":                        {"secadmin"},
		"PUT /api/v1/admin/policy":                        {"secadmin"},
		"GET /api/v1/admin/layers":                        {"secadmin"},
		"PATCH /api/v1/admin/layers/{id}":                 {"secadmin"},
	}
	auditor := 0
	for _, r := range o.s.Routes() {
		if !strings.HasPrefix(r.Path, "/api/v1/admin/") {
			continue
		}
		name := r.Method + " " + r.Path
		mine, known := owners[name]
		switch {
		case known:
		case strings.HasPrefix(r.Path, "/api/v1/admin/audit"):
			mine, auditor = []string{"auditor"}, auditor+1
		case strings.HasPrefix(r.Path, "/api/v1/admin/requests"):
			mine = []string{"secadmin"}
		default:
			t.Errorf("%s: nobody says whose it is", name)
		}
		for role, b := range callers {
			w := b.send(r.Method, strings.ReplaceAll(r.Path, "{id}", "nobody"), map[string]any{})
			switch denied := w.Code == http.StatusForbidden; {
			case denied == slices.Contains(mine, role):
				t.Errorf("%s as %q: %d %s", name, role, w.Code, w.Body)
			case denied && strings.Contains(w.Body.String(), "accounts\":"):
				t.Errorf("%s as %q: a refusal tells %s", name, role, w.Body)
			}
		}
	}
}

// Nobody grants rights to themselves, by no way around.
func TestSelfGranting(t *testing.T) {
	o := newOffice(t, false)
	sys, sec := o.administrator("zhang.sys", layers.SysAdmin), o.administrator("li.sec", layers.SecAdmin)
	o.administrator("zhao.audit", layers.Auditor)
	rights := func(b *browser, id string, r map[string]any, status int) map[string]any {
		t.Helper()
		return b.want("PATCH", "/api/v1/admin/accounts/"+id+"/rights", r, status)
	}
	for _, r := range []map[string]any{{"role": "gridworker", "cleared": true}, {"role": "secadmin", "cleared": true}, {"role": "secadmin"}} {
		rights(sec, "li.sec", r, 403)
		rights(sys, "zhang.sys", r, 403)
	}
	// An administrator does not become another one, not in steps either.
	for _, role := range []string{"secadmin", "auditor", "planner", "public"} {
		rights(sec, "zhang.sys", map[string]any{"role": role}, 403)
	}
	rights(sec, "zhao.audit", map[string]any{"role": "auditor", "cleared": true}, 400)
	rights(sec, "zhao.audit", map[string]any{"role": "auditor", "layers": []string{"persons"}}, 400)
	// The system administrator cannot take over the others.
	for _, id := range []string{"li.sec", "zhao.audit", "zhang.sys"} {
		sys.want("POST", "/api/v1/admin/accounts/"+id+"/reset-password", nil, 403)
	}
	sys.want("POST", "/api/v1/admin/accounts", map[string]any{"id": "friend", "name": map[string]string{"zh": "友"}, "role": "secadmin"}, 400)
	sys.want("PATCH", "/api/v1/admin/accounts/zhang.sys", map[string]any{"department": "dep-light"}, 403)
	// Nor does a key stand in for one.
	for _, role := range []string{"sysadmin", "secadmin", "auditor"} {
		sec.want("POST", "/api/v1/admin/keys", map[string]any{"name": "k", "role": role, "purpose": "p"}, 400)
	}
	// No policy opens the city to administrators.
	sec.want("PUT", "/api/v1/admin/policy", map[string]any{"version": 0, "grants": []map[string]any{{"id": "all", "mode": "list", "show": []string{"*"}}}}, 200, "If-Match", `"0"`)
	o.pass(time.Second)
	for _, b := range []*browser{sys, sec} {
		for _, l := range b.want("GET", "/api/v1/layers", nil, 200)["layers"].([]any) {
			if id := l.(map[string]any)["id"]; id == "persons" || id == "buildings" && !isPublic("buildings") {
				t.Errorf("an administrator sees %v", id)
			}
		}
		if w := b.send("GET", "/ogc/collections/persons/items", nil); w.Code == 200 {
			t.Errorf("an administrator reads persons: %s", w.Body)
		}
	}
	for _, act := range o.acts("accounts/li.sec") {
		if act == "accounts.rights" {
			t.Error("rights were granted")
		}
	}
}

// isPublic says whether the model marks a layer public.
func isPublic(id string) bool { return model.Lookup(id).Access == layers.PublicAccess }

// The last of each administrator stays.
func TestLastAdministrator(t *testing.T) {
	o := newOffice(t, true) // where demonstration accounts do not count
	if _, err := o.s.Gate().DemoAccounts(t.Context(), auth.DemoScope{}); err != nil {
		t.Fatal(err)
	}
	sys := o.administrator("zhang.sys", layers.SysAdmin)
	o.administrator("li.sec", layers.SecAdmin)
	for _, id := range []string{"zhang.sys", "li.sec"} {
		sys.want("PATCH", "/api/v1/admin/accounts/"+id, map[string]any{"enabled": false}, 403)
		sys.want("DELETE", "/api/v1/admin/accounts/"+id, nil, 403)
	}
	o.hire("qian.sec", layers.SecAdmin)
	sys.want("PATCH", "/api/v1/admin/accounts/li.sec", map[string]any{"enabled": false}, 200)
	sys.want("DELETE", "/api/v1/admin/accounts/qian.sec", nil, 403)
	sys.want("PATCH", "/api/v1/admin/accounts/li.sec", map[string]any{"enabled": true}, 200)
	sys.want("DELETE", "/api/v1/admin/accounts/qian.sec", nil, 200)
	sys.want("PATCH", "/api/v1/admin/accounts/qian.sec", map[string]any{"enabled": true}, 409)
	sys.want("POST", "/api/v1/admin/accounts", map[string]any{"id": "qian.sec", "name": map[string]string{"zh": "钱"}}, 409)
}

// A fresh account is the public; what it may is what the security administrator
// gives, from the next signing in on.
func TestFreshAccount(t *testing.T) {
	o := newOffice(t, false)
	sys, sec := o.administrator("zhang.sys", layers.SysAdmin), o.administrator("li.sec", layers.SecAdmin)
	pw := sys.want("POST", "/api/v1/admin/accounts", map[string]any{"id": "wang.fang", "name": map[string]string{"zh": "王芳", "en": "Wang Fang"}, "department": "dep-light"}, 200)["password"].(string)
	b := o.browser()
	b.signIn("wang.fang", pw, "", 200)
	b.want("POST", "/api/v1/session/password", map[string]string{"old": pw, "new": password}, 204)
	layersOf := func(b *browser) string {
		return fmt.Sprint(b.want("GET", "/api/v1/layers", nil, 200)["layers"])
	}
	if mine, publics := layersOf(b), layersOf(o.browser()); mine != publics {
		t.Errorf("a fresh account sees %s, the public %s", mine, publics)
	}
	for _, bad := range []map[string]any{{"role": "api"}, {"role": "system"}, {"role": "mayor"}, {"role": "planner", "layers": []string{"nothing"}},
		{"role": "planner", "region": "999999"}, {"role": "planner", "purposes": []string{""}}, {"role": "planner", "enabled": true}} {
		sec.want("PATCH", "/api/v1/admin/accounts/wang.fang/rights", bad, 400)
	}
	given := sec.want("PATCH", "/api/v1/admin/accounts/wang.fang/rights", map[string]any{"role": "gridworker", "region": gridID(0), "cleared": true, "purposes": []string{"走访"}, "layers": nil}, 200)
	if given["region"] != gridID(0) || given["cleared"] != true || given["last_sign_in"] != nil {
		t.Errorf("%v", given)
	}
	b.want("GET", "/api/v1/me", nil, 401)
	b.csrf = ""
	me := b.signIn("wang.fang", password, "", 200)
	if me["role"] != "gridworker" || me["region"] != gridID(0) || me["cleared"] != true || me["purpose"] != "走访" || me["department"] != "dep-light" {
		t.Errorf("%v", me)
	}
	items := b.want("GET", "/ogc/collections/persons/items?limit=100", nil, 200)
	if n := len(items["features"].([]any)); n != 30 {
		t.Errorf("%d persons of the own grid, want 30", n)
	}
	// What each administrator sees of it.
	for _, view := range []struct {
		b         *browser
		has, lack string
	}{{sys, "last_sign_in", "cleared"}, {sec, "cleared", "last_sign_in"}} {
		for _, a := range view.b.want("GET", "/api/v1/admin/accounts", nil, 200)["accounts"].([]any) {
			a := a.(map[string]any)
			_, has := a[view.has]
			_, lack := a[view.lack]
			text := fmt.Sprint(a)
			if !has || lack || strings.Contains(text, "plain:") || strings.Contains(text, "enc:1:") {
				t.Errorf("%v", a)
			}
		}
	}
}

// A key opens what its scope says and no longer than it should.
func TestScopeOfKeys(t *testing.T) {
	o := newOffice(t, false)
	sec := o.administrator("li.sec", layers.SecAdmin)
	make := func(body map[string]any, status int) map[string]any {
		t.Helper()
		whole := map[string]any{"name": "接口", "role": "api", "purpose": "路灯巡检"}
		for k, v := range body {
			whole[k] = v
		}
		return sec.want("POST", "/api/v1/admin/keys", whole, status)
	}
	call := func(key map[string]any, path string) int {
		t.Helper()
		return o.do(key["secret"].(string), "GET", path, "").Code
	}
	for _, bad := range []map[string]any{{"purpose": ""}, {"layers": []string{"nothing"}}, {"region": "x"}, {"fields": []string{"persons.nothing"}}, {"fields": []string{"persons"}},
		{"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, {"quota_per_minute": -1}, {"expires": now().Add(-time.Hour)}, {"classes": []string{""}}, {"role": "system"}} {
		make(bad, 400)
	}
	narrow := make(map[string]any{"layers": []string{"buildings", "grids"}, "region": gridID(0), "expires": now().Add(time.Hour)}, 200)
	if call(narrow, "/ogc/collections/components/items") == 200 || call(narrow, "/ogc/collections/persons/items") == 200 {
		t.Error("the key opens other layers")
	}
	w := o.do(narrow["secret"].(string), "GET", "/ogc/collections/buildings/items?limit=100", "")
	if w.Code != 200 || strings.Count(w.Body.String(), `"滨江花园`) != 1 {
		t.Errorf("buildings of the key's grid: %d %s", w.Code, w.Body)
	}
	o.pass(time.Hour)
	if got := call(narrow, "/api/v1/me"); got != 401 {
		t.Errorf("an expired key: %d", got)
	}
	o.pass(-time.Hour)

	sec.want("GET", "/api/v1/admin/keys", nil, 200)
	key := make(nil, 200)
	other := o.server(t, o.city, false) // another process knows the key
	ask := func() int { return other.do(key["secret"].(string), "GET", "/api/v1/me", "").Code }
	if ask() != 200 || call(key, "/api/v1/me") != 200 {
		t.Fatal("the key does not work")
	}
	sec.want("DELETE", "/api/v1/admin/keys/"+key["id"].(string), nil, 200)
	if got := call(key, "/api/v1/me"); got != 401 { // at once where it was revoked
		t.Errorf("a revoked key: %d", got)
	}
	o.pass(time.Second) // within a second elsewhere
	if got := ask(); got != 401 {
		t.Errorf("a revoked key in another process: %d", got)
	}
	sec.want("DELETE", "/api/v1/admin/keys/"+key["id"].(string), nil, 409)
	sec.want("DELETE", "/api/v1/admin/keys/nobody", nil, 404)
	list := fmt.Sprint(sec.want("GET", "/api/v1/admin/keys", nil, 200))
	for _, want := range []string{"路灯巡检", "created_by:li.sec", "revoked:2026", key["id"].(string)} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q: %s", want, list)
		}
	}
	if strings.Contains(list, key["secret"].(string)[5:]) {
		t.Error("the list tells a secret")
	}
	// A quota is kept.
	quota := make(map[string]any{"quota_per_minute": 2}, 200)
	for _, want := range []int{200, 200, 429} {
		if got := call(quota, "/api/v1/me"); got != want {
			t.Errorf("%d, want %d", got, want)
		}
	}
}

// The policy is replaced by those who know which one they replace, and holds for
// the next request.
func TestPolicyIsReplaced(t *testing.T) {
	o := newOffice(t, false)
	sec := o.administrator("li.sec", layers.SecAdmin)
	o.hire("wang.fang", layers.Planner)
	b := o.browser()
	b.signIn("wang.fang", password, "", 200)
	was := sec.want("GET", "/api/v1/admin/policy", nil, 200)
	if was["version"] != 0.0 || len(was["grants"].([]any)) == 0 {
		t.Fatalf("%v", was)
	}
	b.want("GET", "/ogc/collections/buildings/items", nil, 200)
	put := func(version string, grants any, status int) map[string]any {
		t.Helper()
		return sec.want("PUT", "/api/v1/admin/policy", map[string]any{"version": 0, "grants": grants}, status, "If-Match", version)
	}
	hide := append([]any{map[string]any{"id": "no-buildings", "roles": []string{"planner"}, "layers": []string{"buildings"}, "mode": "hidden"}}, was["grants"].([]any)...)
	put("", hide, 428)
	put(`"7"`, hide, 409)
	put(`"x"`, hide, 400)
	if out := put(`"0"`, []any{map[string]any{"id": "a", "mode": "list", "filter": "height >"}}, 400); out["pointer"] != "/grants/0/filter" {
		t.Errorf("%v", out)
	}
	put(`"0"`, []any{map[string]any{"id": "a", "mode": "list", "hidden": []string{"*"}}}, 400) // a misspelt restriction
	put(`"0"`, nil, 400)
	if out := put(`"0"`, hide, 200); out["version"] != 1.0 {
		t.Errorf("%v", out)
	}
	if w := b.send("GET", "/ogc/collections/buildings/items", nil); w.Code == 200 {
		t.Error("the new policy does not hold")
	}
	put(`"0"`, hide, 409)
	if got := sec.want("GET", "/api/v1/admin/policy", nil, 200); got["version"] != 1.0 || len(got["grants"].([]any)) != len(hide) {
		t.Errorf("%v", got)
	}
	if !slices.Contains(o.acts("policy"), "policy.change") {
		t.Error("no audit line")
	}
}

func TestLabels(t *testing.T) {
	o := newOffice(t, false)
	sec := o.administrator("li.sec", layers.SecAdmin)
	const path = "/api/v1/admin/layers/enterprises"
	for _, bad := range []map[string]any{{"access": "secret"}, {"min_count": 2}, {"fields": map[string]any{"nothing": map[string]any{"personal": true}}},
		{"fields": map[string]any{"phone": map[string]any{"mask": "hat"}}}, {"colour": "red"}} {
		sec.want("PATCH", path, bad, 400)
	}
	sec.want("PATCH", "/api/v1/admin/layers/nothing", map[string]any{"access": "public"}, 404)
	out := sec.want("PATCH", path, map[string]any{"access": "personal", "min_count": 20, "fields": map[string]any{"name": map[string]any{"personal": true, "mask": "name"}}}, 200)
	if out["access"] != "personal" || out["min_count"] != 20.0 {
		t.Errorf("%v", out)
	}
	o.hire("wang.fang", layers.Planner)
	b := o.browser()
	b.signIn("wang.fang", password, "", 200)
	if w := b.send("GET", "/ogc/collections/enterprises/items", nil); w.Code == 200 {
		t.Errorf("the label does not hold: %s", w.Body)
	}
	if !slices.Contains(o.acts("enterprises"), "layers.label") {
		t.Error("no audit line")
	}
}

// The accounts of a demonstration are good in one only, and nobody changes them.
func TestDemoAccounts(t *testing.T) {
	o := newOffice(t, true)
	if _, err := o.s.Gate().DemoAccounts(t.Context(), auth.DemoScope{Region: gridID(0), Department: "dep-light"}); err != nil {
		t.Fatal(err)
	}
	named := o.browser().want("GET", "/api/v1/session/methods", nil, 200)["accounts"].([]any)
	if len(named) != len(layers.Roles())-1 {
		t.Errorf("%d accounts", len(named))
	}
	for _, a := range named {
		a := a.(map[string]any)
		b := o.browser()
		if me := b.signIn(a["id"].(string), a["password"].(string), "", 200); me["role"] != a["role"] {
			t.Errorf("%v", me)
		}
		if b.want("GET", "/api/v1/me", nil, 200); a["role"] == "secadmin" {
			b.want("GET", "/api/v1/admin/policy", nil, 200) // without a second factor, here only
		}
		b.want("POST", "/api/v1/session/password", map[string]string{"old": auth.DemoPassword, "new": password}, 403)
		b.want("POST", "/api/v1/session/totp", nil, 403)
	}
	plain := *o
	plain.inProcess = o.server(t, o.city, false)
	plain.browser().signIn("demo-planner", auth.DemoPassword, "", 401)
	if m := plain.browser().want("GET", "/api/v1/session/methods", nil, 200); m["accounts"] != nil || m["demo"] != false {
		t.Errorf("%v", m)
	}
}
