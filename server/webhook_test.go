package server_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"wutu/geo/geotest/outside"
	"wutu/layers"
	"wutu/layers/audit"
	"wutu/server"
	"wutu/server/auth"
)

// Subscriptions are made by those who may set up watches and follow the source; the
// secret is told once; each sees its own, a supervisor those of others without what may
// be secret in the address.
func TestWebhookSubscriptions(t *testing.T) {
	c := newCity(t, true)
	const watch = `{"fences":{"layer":"grids"},"objects":{"layer":"movers"}}`
	if res, text := c.call("supervisor", http.MethodPut, "/api/v1/fences/trucks", watch); res.StatusCode != 200 {
		t.Fatal(text)
	}
	c.key("second", auth.Spec{Role: layers.Supervisor})
	post := func(role, path, body string, status int) map[string]any {
		t.Helper()
		res, text := c.call(role, http.MethodPost, path, body)
		return c.decode(res, text, path, status)
	}
	const wish = `{"url":"https://hooks.example.gov.cn/a?token=b","source":"fences/trucks","title":"清运"}`
	made := post("second", "/api/v1/webhooks", wish, 201)
	secret, id := made["secret"].(string), made["id"].(string)
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_")); err != nil || len(raw) != 32 || !strings.HasPrefix(secret, "whsec_") {
		t.Errorf("%s: %v", secret, err)
	}
	for _, role := range []string{"planner", "public"} {
		status := 403
		if role == "public" {
			status = 404 // it does not know of the watch
		}
		post(role, "/api/v1/webhooks", wish, status)
	}
	for body, pointer := range map[string]string{
		strings.Replace(wish, "https:", "http:", 1):                    "/url",
		strings.Replace(wish, "hooks.example.gov.cn", "10.0.0.1", 1):   "/url",
		strings.Replace(wish, "fences/trucks", "persons/all", 1):       "/source",
		strings.Replace(wish, "fences/trucks", "fences", 1):            "/source",
		strings.Replace(wish, "清运", strings.Repeat("a", 201), 1):       "/title",
		strings.Replace(wish, `"title"`, `"secret":"mine","title"`, 1): "/secret",
	} {
		if p := post("supervisor", "/api/v1/webhooks", body, 400); p["pointer"] != pointer {
			t.Errorf("%s: %v", body, p)
		}
	}
	post("supervisor", "/api/v1/webhooks", strings.Replace(wish, "trucks", "none", 1), 404)
	one := c.get("second", "/api/v1/webhooks/"+id, 200)
	if one["url"] != "https://hooks.example.gov.cn/a?token=b" || one["secret"] != nil || one["active"] != true {
		t.Errorf("%v", one)
	}
	if one := c.get("supervisor", "/api/v1/webhooks/"+id, 200); one["url"] != "https://hooks.example.gov.cn" {
		t.Errorf("%v", one)
	}
	for role, want := range map[string]int{"second": 1, "supervisor": 1, "planner": 0, "public": 0} {
		if n := len(c.get(role, "/api/v1/webhooks", 200)["webhooks"].([]any)); n != want {
			t.Errorf("%s sees %d", role, n)
		}
	}
	c.get("planner", "/api/v1/webhooks/"+id, 404)
	if list := c.get("second", "/api/v1/webhooks/"+id+"/dead", 200)["dead"].([]any); len(list) != 0 {
		t.Errorf("%v", list)
	}
	if a := post("second", "/api/v1/webhooks/"+id+"/redeliver", "", 202); a["queued"] != 0.0 {
		t.Errorf("%v", a)
	}
	post("second", "/api/v1/webhooks/"+id+"/resume", "", 200)
	post("supervisor", "/api/v1/webhooks/"+id+"/resume", "", 403)
	post("supervisor", "/api/v1/webhooks/"+id+"/redeliver", `{"ids":[]}`, 403)
	if res, text := c.call("planner", http.MethodDelete, "/api/v1/webhooks/"+id, nil); res.StatusCode != 404 {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	if res, text := c.call("supervisor", http.MethodDelete, "/api/v1/webhooks/"+id, nil); res.StatusCode != 204 {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	for _, bucket := range []string{"webhook", "webhook-state", "webhook-dead"} {
		for r := range c.store.Records(t.Context(), bucket, "") {
			t.Errorf("left behind: %s %s", bucket, r.Key)
		}
	}
	var acts []string
	for l, err := range c.store.Audit(t.Context(), audit.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if l.Object != "webhooks/"+id {
			continue
		}
		acts = append(acts, l.Action+" "+l.Actor)
		if strings.Contains(l.Detail+l.Filter+l.Object, "token") {
			t.Errorf("the trail has the address: %+v", l)
		}
	}
	if want := []string{"webhooks.create " + one["made_by"].(string), "webhooks.drop demo-supervisor"}; !slices.Equal(acts, want) {
		t.Errorf("%q", acts)
	}
}

// What a watch tells arrives at a receiver, signed as another program checks it, and no
// more when the key that subscribed is revoked.
func TestWebhookFromFixToReceiver(t *testing.T) {
	openssl := outside.Program(t, "openssl", "openssl")
	c := newCity(t, true)
	type message struct{ id, at, signature, body string }
	came := make(chan message, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		came <- message{r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), r.Header.Get("webhook-signature"), string(body)}
	}))
	defer receiver.Close()
	s := c.another(server.Options{NearWebhooks: true})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx, l) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	by := layers.SystemSubject()
	secret, key, err := auth.NewKey(ctx, c.store, auth.Spec{Role: layers.Supervisor}, &by, now(), rand.NewChaCha8([32]byte{7}))
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, body string, status int) map[string]any {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, method, "http://"+l.Addr().String()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+secret)
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return c.decode(res, string(text), path, status)
	}
	ask(http.MethodPut, "/api/v1/fences/trucks", `{"fences":{"layer":"grids"},"objects":{"layer":"movers"}}`, 200)
	made := ask(http.MethodPost, "/api/v1/webhooks", `{"url":"`+receiver.URL+`","source":"fences/trucks"}`, 201)
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(made["secret"].(string), "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	move := func(grid int, seconds time.Duration) {
		f := feature("movers", "m1", at(grid, 0.5, 0.5), map[string]any{"kind": "patrol", "fixed_at": now().Add(seconds * time.Second)})
		c.apply(f)
	}
	move(0, 1)
	var m message
	select {
	case m = <-came:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
	}
	cmd := exec.CommandContext(ctx, openssl, "dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:"+hex.EncodeToString(raw), "-binary")
	cmd.Stdin = strings.NewReader(m.id + "." + m.at + "." + m.body)
	mac, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := "v1," + base64.StdEncoding.EncodeToString(mac); m.signature != want {
		t.Errorf("signed %s, want %s", m.signature, want)
	}
	var told struct {
		Type string
		Data struct {
			Source string
			Events []struct{ Object, Fence, Kind string }
		}
	}
	if err := json.Unmarshal([]byte(m.body), &told); err != nil || told.Type != "fences.transitions" || told.Data.Source != "fences/trucks" || len(told.Data.Events) != 1 {
		t.Fatalf("%v: %s", err, m.body)
	}
	if e := told.Data.Events[0]; e.Object != "m1" || e.Fence != gridID(0) || e.Kind != "enter" {
		t.Errorf("%+v", e)
	}
	if err := s.Gate().RevokeKey(ctx, &by, key.ID); err != nil {
		t.Fatal(err)
	}
	move(1, 2)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		one := c.get("supervisor", "/api/v1/webhooks/"+made["id"].(string), 200)
		if one["active"] == false {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not stopped: %v", one)
		}
	}
	if len(came) > 0 {
		t.Errorf("told after the key was revoked: %+v", <-came)
	}
}
