package server_test

import (
	"bytes"
	"crypto/hmac"
	crand "crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"wutu/layers"
	"wutu/layers/audit"
	"wutu/layers/keyring"
	"wutu/server"
	"wutu/server/auth"
)

// plainHasher is fast and counts what it is asked, which is what an attacker
// could measure.
type plainHasher struct {
	verified atomic.Int64
	enter    chan struct{} // nil, or gets a value before each comparison
	leave    chan struct{} // and a value is taken from it after
}

func (h *plainHasher) Hash(pw []byte) (string, error) { return "plain:" + string(pw), nil }

func (h *plainHasher) Verify(encoded string, pw []byte) (bool, error) {
	h.verified.Add(1)
	if h.enter != nil {
		h.enter <- struct{}{}
		<-h.leave
	}
	return encoded == "plain:"+string(pw), nil
}

// office is a server where people sign in, with its attackers.
type office struct {
	*inProcess
	hasher *plainHasher
	ring   *keyring.Ring
}

func newOffice(t *testing.T, demo bool) *office {
	t.Helper()
	o := &office{hasher: &plainHasher{}}
	var err error
	if o.ring, err = keyring.New(keyring.Standard, now(), crand.Reader); err != nil {
		t.Fatal(err)
	}
	o.inProcess = o.server(t, newCity(t, demo), demo)
	return o
}

// server is another server of the same city and people, as after a restart.
func (o *office) server(t *testing.T, c *city, demo bool) *inProcess {
	web := fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>五图</title>")}}
	return newInProcess(t, c, func(so *server.Options) { so.Demo, so.Keys, so.Hasher, so.Web = demo, o.ring, o.hasher, web })
}

// operator is who acts at the machine.
func operator() *layers.Subject { return &layers.Subject{ID: "operator"} }

const password = "Correct-Horse-7"

// hire makes an account that can sign in with password.
func (o *office) hire(id string, role layers.Role) {
	o.t.Helper()
	ctx, gate := o.t.Context(), o.s.Gate()
	if _, _, err := gate.CreateAccount(ctx, operator(), auth.NewAccount{ID: id, Role: role, Password: "One-Time-Word-1"}); err != nil {
		o.t.Fatal(err)
	}
	b := o.browser()
	b.signIn(id, "One-Time-Word-1", "", 200)
	b.want("POST", "/api/v1/session/password", map[string]string{"old": "One-Time-Word-1", "new": password}, 204)
}

// browser is somebody's browser; the zero cookie is none.
type browser struct {
	o            *office
	p            *inProcess
	cookie, csrf string
	address      string
	secret       []byte // of the second factor
	tls          bool
}

func (o *office) browser() *browser { return &browser{o: o, p: o.inProcess, address: "192.0.2.1"} }

// send sends a request as the browser would and keeps the cookie it is given.
func (b *browser) send(method, path string, body any, header ...string) *httptest.ResponseRecorder {
	b.p.t.Helper()
	var buf bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&buf).Encode(body); err != nil {
			b.p.t.Fatal(err)
		}
	}
	r := httptest.NewRequestWithContext(b.p.t.Context(), method, path, &buf)
	r.RemoteAddr = b.address + ":4711"
	if b.tls {
		r.TLS = &tls.ConnectionState{}
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	} else {
		r.ContentLength, r.Body = 0, http.NoBody
	}
	if b.cookie != "" {
		r.AddCookie(&http.Cookie{Name: auth.SessionCookie, Value: b.cookie})
	}
	if b.csrf != "" {
		r.Header.Set(auth.CSRFHeader, b.csrf)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if r.Header.Del(header[i]); header[i+1] != "" {
			r.Header.Set(header[i], header[i+1])
		}
	}
	w := httptest.NewRecorder()
	inspected(b.p.city.t, b.p.s).ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == auth.SessionCookie {
			b.cookie = c.Value
		}
	}
	return w
}

// want sends a request, expects a status and returns the decoded JSON.
func (b *browser) want(method, path string, body any, status int, header ...string) map[string]any {
	b.p.t.Helper()
	w := b.send(method, path, body, header...)
	if w.Code != status {
		b.p.t.Fatalf("%s %s: status %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	var out map[string]any
	if w.Body.Len() > 0 && strings.Contains(w.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			b.p.t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	if token, ok := out["csrf"].(string); ok {
		b.csrf = token
	}
	if path != "/api/v1/session" && b.cookie != "" && status == 204 && method != "DELETE" { // a new session: its token
		b.csrf = ""
		b.want("GET", "/api/v1/session", nil, 200)
	}
	return out
}

func (b *browser) signIn(account, password, code string, status int) map[string]any {
	b.p.t.Helper()
	body := map[string]string{"account": account, "password": password}
	if code != "" {
		body["code"] = code
	}
	return b.want("POST", "/api/v1/session", body, status)
}

// enrol sets a second factor up.
func (b *browser) enrol() {
	b.p.t.Helper()
	out := b.want("POST", "/api/v1/session/totp", nil, 200)
	b.secret = decodeSecret(b.p.t, out["secret"].(string))
	b.want("PUT", "/api/v1/session/totp", map[string]string{"code": b.code(0)}, 204)
}

func decodeSecret(t *testing.T, text string) []byte {
	t.Helper()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil || len(secret) != 20 {
		t.Fatalf("the secret %q: %v", text, err)
	}
	return secret
}

// code is the code of a step from now, computed apart from the server.
func (b *browser) code(ahead int) string {
	var step [8]byte
	binary.BigEndian.PutUint64(step[:], uint64(int(b.p.city.now().Unix()/30)+ahead))
	mac := hmac.New(sha1.New, b.secret)
	mac.Write(step[:])
	sum := mac.Sum(nil)
	at := sum[19] & 15
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// administrator hires one, signs in and enrols.
func (o *office) administrator(id string, role layers.Role) *browser {
	o.t.Helper()
	o.hire(id, role)
	b := o.browser()
	b.signIn(id, password, "", 200)
	b.enrol()
	return b
}

// pass lets time go by.
func (o *office) pass(d time.Duration) { o.city.clock.Add(int64(d)) }

// acts lists the actions of the audit trail on an object.
func (o *office) acts(object string) []string {
	o.t.Helper()
	var out []string
	for l, err := range o.city.store.Audit(o.t.Context(), audit.Query{}) {
		if err != nil {
			o.t.Fatal(err)
		}
		if l.Object == object || object == "" {
			out = append(out, l.Action)
		}
	}
	return out
}
