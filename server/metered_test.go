package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"wutu/layers"
	"wutu/server"
	"wutu/server/auth"
)

// total is a row of the usage page.
type total struct {
	Requests, Rows, Bytes, Refused int64
	Last                           time.Time
}

// inProcess is a server without a network between: when do returns, the request
// is counted.
type inProcess struct {
	t    *testing.T
	city *city
	s    *server.Server
	log  *bytes.Buffer
}

func newInProcess(t *testing.T, c *city, change ...func(*server.Options)) *inProcess {
	t.Helper()
	p := &inProcess{t: t, city: c, log: &bytes.Buffer{}}
	o := server.Options{City: c.live, Records: c.store, Demo: true, Now: c.now, AccessLog: p.log}
	for _, f := range change {
		f(&o)
	}
	var err error
	if p.s, err = server.New(o); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *inProcess) do(role, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(p.t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if role != "" {
		key := p.city.keys[role]
		if key == "" {
			key = role
		}
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	inspected(p.city.t, p.s).ServeHTTP(w, r)
	return w
}

func (p *inProcess) usage(query string) map[string]total {
	p.t.Helper()
	w := p.do("sysadmin", "GET", "/api/v1/admin/usage?"+query, "")
	var doc struct {
		Rows []struct {
			Key string
			total
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil || w.Code != 200 {
		p.t.Fatalf("usage %s: %d %s", query, w.Code, w.Body)
	}
	out := map[string]total{}
	for _, r := range doc.Rows {
		out[r.Key] = r.total
	}
	return out
}

// replay adds the lines of an access log up.
func replay(t *testing.T, log, by string) map[string]total {
	t.Helper()
	out := map[string]total{}
	for text := range strings.Lines(log) {
		var l struct {
			At                      time.Time
			Key, Role, Route, Layer string
			Status                  int
			Rows, Bytes             int64
		}
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, k := range map[string][]string{"key": {l.Key}, "route": {l.Route}, "role": {l.Role}, "layer": strings.Split(l.Layer, ",")}[by] {
			if k == "" {
				k = "-"
			}
			s := out[k]
			s.Requests, s.Rows, s.Bytes = s.Requests+1, s.Rows+l.Rows, s.Bytes+l.Bytes
			if l.Status == 401 || l.Status == 403 || l.Status == 429 {
				s.Refused++
			}
			if l.At.After(s.Last) {
				s.Last = l.At
			}
			out[k] = s
		}
	}
	return out
}

// The usage page has the sums of the access log, over requests of all kinds by
// all roles at the same time, and over a restart; the log tells neither values
// nor secrets.
func TestUsagePageEqualsAccessLog(t *testing.T) {
	c := newCity(t, true)
	p := newInProcess(t, c)
	const hidden = "13800138000"
	asks := []struct{ method, path, body string }{
		{"GET", "/api/v1/near?layer=buildings&lon=111.29&lat=30.69&k=3", ""},
		{"GET", "/api/v1/near?layer=buildings&lon=111.29&lat=30.69&filter=" + url.QueryEscape("name = '"+hidden+"'"), ""},
		{"GET", "/ogc/collections/persons/items?limit=5", ""},
		{"GET", "/ogc/collections/buildings/items/" + hidden, ""},
		{"GET", "/ogc/collections/" + hidden + "/items", ""},
		{"GET", "/tiles/roads,buildings/14/13251/6794.mvt", ""},
		{"GET", "/tiles/roads," + hidden + "/14/13251/6794.mvt", ""},
		{"POST", "/api/v1/stats", `{"layers":["buildings"]}`},
		{"POST", "/api/v1/stats", `{"layers":[`},
		{"GET", "/api/v1/search?q=" + hidden, ""},
		{"GET", "/api/v1/layers?" + hidden + "=1", ""},
		{"GET", "/" + hidden + "?token=" + hidden, ""},
		{"DELETE", "/api/v1/layers", ""},
		{"HEAD", "/api/v1/layers", ""},
		{"OPTIONS", "/api/v1/layers", ""},
		{"GET", "/api/v1/admin/usage", ""},
		{"GET", "/healthz", ""},
	}
	roles := []string{"", "planner", "gridworker", "sysadmin", "wutu_" + hidden}
	var work sync.WaitGroup
	for w := range 4 {
		work.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for range 100 {
				a := asks[r.IntN(len(asks))]
				p.do(roles[r.IntN(len(roles))], a.method, a.path, a.body)
			}
		})
	}
	work.Wait()
	check := func(before string) {
		t.Helper()
		for _, by := range []string{"key", "layer", "route", "role"} {
			got := p.usage("by=" + by)
			if want := replay(t, before+p.log.String(), by); !maps.Equal(got, want) {
				t.Errorf("by %s:\npage %v\nlog  %v", by, got, want)
			}
			if err := server.Flush(t.Context(), p.s); err != nil { // the page's own request, for the next round
				t.Fatal(err)
			}
		}
	}
	if err := server.Flush(t.Context(), p.s); err != nil {
		t.Fatal(err)
	}
	check("")
	log := p.log.String()
	if strings.Contains(log, hidden) || strings.Contains(log, "Bearer") {
		t.Error("the log tells a value")
	}
	for _, part := range []string{`"query":"filter,lat,layer,lon"`, `"route":"GET /ogc/collections/{layer}/items/{id}"`, `"layer":"buildings,roads"`,
		`"route":"web"`, `"key":"demo-planner"`, `"key":"-","role":"public","route":"GET /api/v1/near","layer":"","query":"","status":401`} {
		if !strings.Contains(log, part) {
			t.Errorf("the log lacks %s", part)
		}
	}
	p = newInProcess(t, c)
	check(log)
}

// The rows of the statistics are the rows of the answers.
func TestRowsAreReported(t *testing.T) {
	c := newCity(t, true)
	for _, tt := range []struct{ method, path, body, layer string }{
		{"GET", "/api/v1/near?layer=buildings&lon=111.29&lat=30.69&k=3", "", "buildings"},
		{"GET", "/ogc/collections/buildings/items?limit=7", "", "buildings"},
		{"GET", "/api/v1/events?limit=5", "", "events"},
		{"POST", "/api/v1/within", `{"geometry":` + gridBox15 + `,"layers":["buildings","addresses"],"result":"features"}`, "addresses,buildings"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"by":"grid"}`, "buildings"},
		{"GET", "/api/v1/search?q=" + url.QueryEscape("滨江花园") + "&layers=buildings", "", "buildings"},
	} {
		p := newInProcess(t, c)
		w := p.do("planner", tt.method, tt.path, tt.body)
		rows := strings.Count(w.Body.String(), `"type":"Feature"`) + strings.Count(w.Body.String(), `"key":`) + strings.Count(w.Body.String(), `"score":`)
		for by, key := range map[string]string{"key": "demo-planner", "layer": strings.Split(tt.layer, ",")[0]} {
			if got := p.usage("by=" + by)[key]; w.Code != 200 || rows == 0 || got.Rows != int64(rows) || got.Bytes != int64(w.Body.Len()) || got.Requests != 1 {
				t.Errorf("%s: %d with %d rows and %d bytes; by %s %+v", tt.path, w.Code, rows, w.Body.Len(), by, got)
			}
		}
	}
}

// A key over its quota is told when to come back, nobody else is, and the
// statistics and the log say so.
func TestQuotas(t *testing.T) {
	c := newCity(t, true)
	p := newInProcess(t, c)
	make := func(name string, perMinute, perDay int) (secret, id string) {
		t.Helper()
		secret, key, err := auth.NewKey(t.Context(), c.store, auth.Spec{Name: layers.Title{EN: name}, Role: layers.API, Purpose: "test", PerMinute: perMinute, PerDay: perDay},
			&layers.Subject{ID: "demo-secadmin", Role: layers.SecAdmin}, c.now(), rand.NewChaCha8([32]byte([]byte(strings.Repeat(name, 8))[:32])))
		if err != nil {
			t.Fatal(err)
		}
		return secret, key.ID
	}
	perMinute, minuteID := make("mint", 3, 0)
	perDay, dayID := make("days", 0, 5)
	free, _ := make("free", 0, 0)
	ask := func(key string) (int, string) {
		w := p.do(key, "GET", "/api/v1/layers", "")
		if w.Code == http.StatusTooManyRequests && !strings.Contains(w.Body.String(), `"/problems/too-many"`) {
			t.Errorf("%s", w.Body)
		}
		return w.Code, w.Header().Get("Retry-After")
	}
	for i := range 8 {
		for key, want := range map[string]struct {
			admitted int
			after    string
		}{perMinute: {3, "21"}, perDay: {5, "50400"}, free: {99, ""}} { // 10:00 in China: 14 hours to midnight
			status, after := ask(key)
			if ok := i < want.admitted; ok && status != 200 || !ok && (status != 429 || after != want.after && (want.after != "21" || after != "20")) {
				t.Errorf("request %d of a key for %d: %d, Retry-After %q", i, want.admitted, status, after)
			}
		}
	}
	c.clock.Add(int64(21 * time.Second))
	if status, _ := ask(perMinute); status != 200 {
		t.Errorf("after the time it was told: %d", status)
	}
	rows := p.usage("")
	if got := rows[minuteID]; got.Requests != 9 || got.Refused != 5 {
		t.Errorf("per minute: %+v", got)
	}
	if got := rows[dayID]; got.Requests != 8 || got.Refused != 3 {
		t.Errorf("per day: %+v", got)
	}
	if err := server.Flush(t.Context(), p.s); err != nil {
		t.Fatal(err)
	}
	if log := p.log.String(); strings.Count(log, `"status":429`) != 8 || strings.Contains(log, perMinute) {
		t.Errorf("the log: %s", log)
	}
	p = newInProcess(t, c)
	if status, _ := ask(perDay); status != 429 {
		t.Errorf("a restart gives the day's quota back: %d", status)
	}
}

// Who uses what is for system administrators.
func TestUsageIsForSysAdmins(t *testing.T) {
	c := newCity(t, true)
	for role := range c.keys {
		want := http.StatusForbidden
		if role == "sysadmin" {
			want = http.StatusOK
		}
		if res, _ := c.call(role, "GET", "/api/v1/admin/usage", nil); res.StatusCode != want {
			t.Errorf("%s: %d, want %d", role, res.StatusCode, want)
		}
	}
	if res, _ := c.call("", "GET", "/api/v1/admin/usage", nil); res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusUnauthorized {
		t.Errorf("anonymous: %d", res.StatusCode)
	}
	for _, query := range []string{"from=yesterday", "to=2026", "by=secret", "from=2026-11-16T02:00:00Z&to=2026-11-16T02:00:00Z",
		"from=2020-01-01T00:00:00Z", "from=2026-11-17T00:00:00Z"} {
		if res, body := c.call("sysadmin", "GET", "/api/v1/admin/usage?"+query, nil); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d %s", query, res.StatusCode, body)
		}
	}
}

// Periods are whole hours, the last not included.
func TestUsagePeriod(t *testing.T) {
	c := newCity(t, true)
	p := newInProcess(t, c)
	for h := range 30 {
		for range h + 1 {
			p.do("planner", "GET", "/healthz", "")
		}
		c.clock.Add(int64(time.Hour))
	}
	at := func(h int) string {
		return url.QueryEscape(now().Add(time.Duration(h) * time.Hour).Format(time.RFC3339))
	}
	for _, tt := range []struct {
		query string
		want  int64
	}{
		{"from=" + at(0) + "&to=" + at(3), 1 + 2 + 3},
		{"from=" + at(3) + "&to=" + at(4), 4},
		{"to=" + at(24), 24 * 25 / 2},
		{"from=" + at(28), 29 + 30},
		{fmt.Sprintf("from=%s&to=%s", strings.Replace(at(3), "00%3A00Z", "40%3A00Z", 1), strings.Replace(at(4), "00%3A00Z", "00%3A01Z", 1)), 4 + 5},
	} {
		if got := p.usage(tt.query)["demo-planner"].Requests; got != tt.want {
			t.Errorf("%s: %d requests, want %d", tt.query, got, tt.want)
		}
	}
}
