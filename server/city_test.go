package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/layers/photo"
	"wutu/server"
	"wutu/server/auth"
)

// The test city is a square of 0.04° around 111.29 E 30.69 N: two districts of
// one street each, four communities, sixteen grids, and in them what the tests
// ask for. Grid n is in column n%4 and row n/4 from the south-west.
const (
	west, south = 111.27, 30.67
	cellDeg     = 0.01
)

// now is the time of the test city: a Monday, 10:00 in China.
func now() time.Time { return time.Date(2026, 11, 16, 2, 0, 0, 0, time.UTC) }

type city struct {
	t       *testing.T
	store   *memstore.Store
	live    *live.Catalog
	http    *httptest.Server
	keys    map[string]string // role to secret
	shelf   *shelf            // of pictures
	program *server.Server
	clock   atomic.Int64 // nanoseconds the server's clock is ahead of now
}

// now is the server's clock; it stands still unless a test moves it.
func (c *city) now() time.Time { return now().Add(time.Duration(c.clock.Load())) }

func newCity(t *testing.T, demo bool) *city {
	t.Helper()
	ctx := t.Context()
	c := &city{t: t, store: memstore.NewWithClock(now), keys: map[string]string{}, shelf: newShelf()}
	defs := model.Layers()
	if _, err := c.store.Apply(ctx, layers.Batch{Layers: defs, At: now()}); err != nil {
		t.Fatal(err)
	}
	for _, put := range []func(*layers.Batch){frame, things, people} {
		b := layers.Batch{Actor: "test", At: now()}
		put(&b)
		if _, err := c.store.Apply(ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if c.live, err = live.Open(ctx, c.store, live.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.live.Close(); err != nil {
			t.Error(err)
		}
	})
	web := fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>五图</title>")}, "assets/app-1.js": {Data: []byte("export{}")}}
	s, err := server.New(server.Options{City: c.live, Records: c.store, Web: web, Demo: demo, Now: c.now, Code: "420500",
		Photos: c.shelf, PhotoLimits: photo.Limits{Bytes: 256 << 10}, Rand: rand.NewChaCha8([32]byte{1}), Heartbeat: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	c.program = s
	c.http = httptest.NewServer(inspected(t, s))
	t.Cleanup(c.http.Close)
	accounts, err := auth.DemoKeys(ctx, c.store, auth.DemoScope{Department: "dep-light"}, now(), rand.NewChaCha8([32]byte{2}))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range accounts {
		c.keys[a.Key.Role] = a.Secret
	}
	return c
}

func square(x, y, w, h float64) orb.MultiPolygon {
	a, b := orb.Point{west + x*cellDeg, south + y*cellDeg}, orb.Point{west + (x+w)*cellDeg, south + (y+h)*cellDeg}
	return orb.MultiPolygon{{{a, {b[0], a[1]}, b, {a[0], b[1]}, a}}}
}

// feature makes a feature of a standard layer from named values.
func feature(layer, id string, g orb.Geometry, values map[string]any) layers.Change {
	l := model.Lookup(layer)
	f := &layers.Feature{Key: id, Shape: g, Values: make([]layers.Value, len(l.Fields))}
	for name, v := range values {
		i := l.FieldIndex(name)
		if i < 0 {
			panic("no field " + layer + "." + name)
		}
		switch v := v.(type) {
		case string:
			f.Values[i] = layers.Text(v)
		case int:
			f.Values[i] = layers.Int(int64(v))
		case float64:
			f.Values[i] = layers.Float(v)
		case time.Time:
			f.Values[i] = layers.Instant(v)
		}
	}
	return layers.Change{Op: layers.Put, Layer: layer, ID: id, Feature: f}
}

func frame(b *layers.Batch) {
	put := func(layer, id string, g orb.Geometry, v map[string]any) {
		b.Changes = append(b.Changes, feature(layer, id, g, v))
	}
	for d := range 2 {
		code := fmt.Sprintf("42050%d", d+2)
		put("districts", code, square(float64(2*d), 0, 2, 4), map[string]any{"code": code, "name": []string{"江东区", "江西区"}[d]})
		put("streets", code+"001", square(float64(2*d), 0, 2, 4), map[string]any{"code": code + "001", "name": "滨江街道", "district": code})
		for q := range 2 {
			put("communities", fmt.Sprintf("%s0010%d", code, q+1), square(float64(2*d), float64(2*q), 2, 2),
				map[string]any{"code": fmt.Sprintf("%s0010%d", code, q+1), "name": fmt.Sprintf("社区%d%d", d, q)})
		}
	}
	for n := range 16 {
		put("grids", gridID(n), square(float64(n%4), float64(n/4), 1, 1), map[string]any{"code": gridID(n), "name": fmt.Sprintf("第%d网格", n)})
	}
	put("roads", "road-1", orb.LineString{{west, south + 0.005}, {west + 0.04, south + 0.005}}, map[string]any{"name": "滨江大道", "class": "primary"})
}

func gridID(n int) string { return fmt.Sprintf("4205020010100%02d", n) }

// at is the place at fractions of grid n.
func at(n int, x, y float64) orb.Point {
	return orb.Point{west + (float64(n%4)+x)*cellDeg, south + (float64(n/4)+y)*cellDeg}
}

func things(b *layers.Batch) {
	put := func(layer, id string, g orb.Geometry, v map[string]any) {
		b.Changes = append(b.Changes, feature(layer, id, g, v))
	}
	whole := square(0, 0, 4, 4)
	put("departments", "dep-light", whole, map[string]any{"code": "dep-light", "name": "路灯管理所", "kind": "lighting", "level": "city", "duties": "1102 lamp"})
	put("departments", "dep-street", whole, map[string]any{"code": "dep-street", "name": "滨江街道办事处", "kind": "street_office", "level": "street"})
	for n := range 16 {
		p := at(n, 0.5, 0.5)
		id := fmt.Sprintf("b%02d", n)
		put("buildings", id, orb.Polygon{{{p[0] - .001, p[1] - .001}, {p[0] + .001, p[1] - .001}, {p[0] + .001, p[1] + .001}, {p[0] - .001, p[1] + .001}, {p[0] - .001, p[1] - .001}}},
			map[string]any{"code": "BLD" + id, "name": fmt.Sprintf("滨江花园%d号楼", n), "kind": "residential", "floors": 6, "height": 18.0, "area": 1000.0 + float64(n), "grid": gridID(n)})
		put("addresses", "ad-"+id, p, map[string]any{"code": "AD" + id, "text": fmt.Sprintf("滨江大道%d号", n), "kind": "building", "building": id})
		put("addresses", "room-"+id, p, map[string]any{"code": "RM" + id, "text": fmt.Sprintf("滨江大道%d号301室", n), "kind": "room", "building": id, "room": "301", "floor": 3})
		put("components", "lamp-"+id, at(n, 0.5, 0.4), map[string]any{"code": fmt.Sprintf("42050201070%05d", n), "name": "路灯", "kind": "lamp", "state": "good", "department": "dep-light"})
	}
	put("enterprises", "firm-1", at(0, 0.5, 0.5), map[string]any{"uscc": "91420500MA0000001X", "name": "江城科技有限公司", "building": "b00", "room": "room-b00", "legal_person": "赵法人", "phone": "13800138000"})
	put("cameras", "cam-1", at(0, 0.5, 0.3), map[string]any{"name": "滨江路口", "azimuth": 0.0, "fov": 60.0, "range": 300.0})
	put("cameras", "cam-2", at(0, 0.5, 0.3), map[string]any{"name": "反向", "azimuth": 180.0, "fov": 60.0, "range": 300.0})
	put("events", "2026111542050200001", at(0, 0.5, 0.39), map[string]any{"case_no": "2026111542050200001", "class": "1102", "class_name": "路灯故障",
		"state": "filed", "reported_at": now().Add(-24 * time.Hour), "department": "dep-light", "reporter": "钱上报", "reporter_phone": "13900139000"})
}

// secretName is a person that nobody without clearance must find: alone in grid
// 15, where few live. Grid 0 has 30 persons.
const secretName = "孙隐名"

func people(b *layers.Batch) {
	put := func(n, i int, name string) {
		id := fmt.Sprintf("p-%02d-%03d", n, i)
		b.Changes = append(b.Changes, feature("persons", id, at(n, 0.5, 0.5), map[string]any{"name": name, "citizen_id": "42050219900101" + fmt.Sprintf("%04d", n*100+i),
			"sex": "female", "kind": "registered", "building": fmt.Sprintf("b%02d", n), "grid": gridID(n), "address": "滨江大道隐秘地址"}))
	}
	for i := range 30 {
		put(0, i, fmt.Sprintf("李居民%02d", i))
	}
	put(15, 0, secretName)
	b.Changes = append(b.Changes, feature("households", "h-15", at(15, 0.5, 0.5), map[string]any{"address": "滨江大道隐秘地址", "room": "room-b15", "building": "b15", "members": 1}))
}

// call sends a request; body may be nil, text or a value for JSON.
func (c *city) call(role, method, path string, body any, header ...string) (*http.Response, string) {
	c.t.Helper()
	var r io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(body)
	default:
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, c.http.URL+path, r)
	if err != nil {
		c.t.Fatal(err)
	}
	if r != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if role != "" {
		req.Header.Set("Authorization", "Bearer "+c.keys[role])
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.http.Client().Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res, string(b)
}

// get expects a status and returns the decoded JSON.
func (c *city) get(role, path string, status int) map[string]any {
	c.t.Helper()
	res, body := c.call(role, http.MethodGet, path, nil)
	return c.decode(res, body, path, status)
}

func (c *city) post(role, path string, body any, status int, header ...string) map[string]any {
	c.t.Helper()
	res, text := c.call(role, http.MethodPost, path, body, header...)
	return c.decode(res, text, path, status)
}

func (c *city) decode(res *http.Response, body, path string, status int) map[string]any {
	c.t.Helper()
	if res.StatusCode != status {
		c.t.Fatalf("%s: status %d, want %d: %s", path, res.StatusCode, status, body)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		c.t.Fatalf("%s: %v in %s", path, err, body)
	}
	return out
}
