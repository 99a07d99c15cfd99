package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Bad requests get a problem that names what and where, whatever the address.
func TestProblems(t *testing.T) {
	c := newCity(t, true)
	ring := func(s string) string { return `{"geometry":{"type":"Polygon","coordinates":[` + s + `]}}` }
	tests := []struct {
		method, path, body string
		status             int
		kind, where        string // where: parameter or pointer
	}{
		{"GET", "/api/v1/near?layer=buildings&lon=111&lat=30&k=0", "", 400, "invalid", "k"},
		{"GET", "/api/v1/near?layer=buildings&lon=111&lat=30&k=-1", "", 400, "invalid", "k"},
		{"GET", "/api/v1/near?layer=buildings&lon=111&lat=30&k=1001", "", 400, "invalid", "k"},
		{"GET", "/api/v1/near?layer=buildings&lon=NaN&lat=30", "", 400, "invalid", "lon"},
		{"GET", "/api/v1/near?layer=buildings&lon=Inf&lat=30", "", 400, "invalid", "lon"},
		{"GET", "/api/v1/near?layer=buildings&lon=111&lat=95", "", 400, "invalid", "lat"},
		{"GET", "/api/v1/near?layer=buildings&lat=30", "", 400, "invalid", "lon"},
		{"GET", "/api/v1/near?layer=buildings&lon=111&lat=30&radius=-5", "", 400, "invalid", "radius"},
		{"GET", "/api/v1/near?layer=nothing&lon=111&lat=30", "", 404, "not-found", ""},
		{"GET", "/api/v1/near?layer=buildings&lon=111&lat=30&filter=floors+%3E", "", 400, "invalid", "filter"},
		{"GET", "/api/v1/near?layer=buildings&lon=111&lat=30&filter=wings+%3E+2", "", 400, "invalid", "filter"},
		{"GET", "/api/v1/near?layer=buildings&lon=111&lat=30&within=POLYGON((", "", 400, "invalid", "within"},
		{"GET", "/api/v1/near?layer=buildings&lon=111&lat=30&colour=red", "", 400, "invalid", "colour"},
		{"GET", "/api/v1/near?layer=buildings&lon=111&lon=112&lat=30", "", 400, "invalid", "lon"},
		{"GET", "/ogc/collections/buildings/items?limit=0", "", 400, "invalid", "limit"},
		{"GET", "/ogc/collections/buildings/items?limit=x", "", 400, "invalid", "limit"},
		{"GET", "/ogc/collections/buildings/items?bbox=1,2,3", "", 400, "invalid", "bbox"},
		{"GET", "/ogc/collections/buildings/items?bbox=1,2,3,nan", "", 400, "invalid", "bbox"},
		{"GET", "/ogc/collections/buildings/items?bbox=111,31,112,30", "", 400, "invalid", "bbox"},
		{"GET", "/ogc/collections/buildings/items?bbox=111,30,112,95", "", 400, "invalid", "bbox"},
		{"GET", "/ogc/collections/buildings/items?bbox-crs=EPSG:9999", "", 400, "invalid", "bbox-crs"},
		{"GET", "/ogc/collections/buildings/items?crs=mars", "", 400, "invalid", "crs"},
		{"GET", "/ogc/collections/buildings/items?datetime=yesterday", "", 400, "invalid", "datetime"},
		{"GET", "/ogc/collections/buildings/items?cursor=AAAA", "", 400, "invalid", "cursor"},
		{"GET", "/ogc/collections/buildings/items?sortby=wings", "", 400, "invalid", "sortby"},
		{"GET", "/ogc/collections/buildings/items?properties=wings", "", 400, "invalid", "properties"},
		{"GET", "/ogc/collections/buildings/items?filter-lang=sql", "", 400, "invalid", "filter-lang"},
		{"GET", "/ogc/collections/buildings/items?unknown=1", "", 400, "invalid", "unknown"},
		{"GET", "/ogc/collections/buildings/items?f=xml", "", 400, "invalid", "f"},
		{"GET", "/ogc/collections/buildings/items/nothing", "", 404, "not-found", ""},
		{"GET", "/ogc/collections/Nothing", "", 404, "not-found", ""},
		{"POST", "/ogc/collections", "", 405, "unsupported", ""},
		{"DELETE", "/ogc/collections/buildings", "", 405, "unsupported", ""},
		{"GET", "/api/v1/within", "", 405, "unsupported", ""},
		{"GET", "/api/v1/nothing", "", 404, "not-found", ""},
		{"GET", "/ogc/nothing", "", 404, "not-found", ""},
		{"GET", "/tiles/nothing", "", 404, "not-found", ""},
		{"GET", "/tiles/buildings/1/2/3", "", 404, "not-found", ""},
		{"GET", "/tiles/buildings/1/2/0.mvt", "", 404, "not-found", "x"},
		{"GET", "/tiles/buildings/99/0/0.mvt", "", 404, "not-found", "z"},
		{"GET", "/tiles/buildings/a/0/0.mvt", "", 400, "invalid", "z"},
		{"GET", "/tiles/buildings/-1/0/0.mvt", "", 400, "invalid", "z"},
		{"GET", "/tiles/Buildings/1/0/0.mvt", "", 400, "invalid", "layers"},
		{"GET", "/tiles/nothing/1/0/0.mvt", "", 404, "not-found", ""},
		{"GET", "/tiles/nothing.json", "", 404, "not-found", ""},
		{"GET", "/assets/missing.js", "", 404, "not-found", ""},
		{"POST", "/api/v1/within", `{"geometry":`, 400, "invalid", "/"},
		{"POST", "/api/v1/within", `{}`, 400, "invalid", "/geometry"},
		{"POST", "/api/v1/within", `{"geometry":{"type":"Circle"}}`, 400, "invalid", "/geometry/type"},
		{"POST", "/api/v1/within", ring(`[[111,30],[112,30],[111,30]]`), 400, "invalid", "/geometry/coordinates/0"},
		{"POST", "/api/v1/within", ring(`[[111,30],[112,30],[112,31],[111,31]]`), 400, "invalid", "/geometry/coordinates/0"},
		{"POST", "/api/v1/within", ring(`[[111,30],[112,95],[112,31],[111,30]]`), 400, "invalid", "/geometry/coordinates/0/1/1"},
		{"POST", "/api/v1/within", ring(`[[111,30],[112,31],[112,30],[111,31],[111,30]]`), 400, "invalid", "/geometry"},
		{"POST", "/api/v1/within", `{"geometry":` + gridBox15 + `,"buffer":-1}`, 400, "invalid", "/buffer"},
		{"POST", "/api/v1/within", `{"geometry":` + gridBox15 + `,"predicate":"beside"}`, 400, "invalid", "/predicate"},
		{"POST", "/api/v1/within", `{"geometry":` + gridBox15 + `,"layers":["nothing"]}`, 404, "not-found", "/layers/0"},
		{"POST", "/api/v1/within", `{"geometry":` + gridBox15 + `,"layers":["buildings"],"filter":"wings = 2"}`, 400, "invalid", "/filter"},
		{"POST", "/api/v1/within", `{"geometry":` + gridBox15 + `,"radius":1}`, 400, "invalid", "/radius"},
		{"POST", "/api/v1/within", `{"geometry":` + gridBox15 + `} {}`, 400, "invalid", "/"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"by":"h3:16"}`, 400, "invalid", "/by"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"by":"field:wings"}`, 400, "invalid", "/by"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"measures":["mode:area"]}`, 400, "invalid", "/measures/0"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"measures":["count","q:1.5:area"]}`, 400, "invalid", "/measures/1"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"measures":["histogram:0:area"]}`, 400, "invalid", "/measures/0"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"by":["grid","h3:16"]}`, 400, "invalid", "/by/1"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"by":7}`, 400, "invalid", "/by"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"by":"time:area:day"}`, 400, "invalid", "/by"},
		{"POST", "/api/v1/stats", `{"layers":["events"],"by":"time:reported_at:minute"}`, 400, "invalid", "/by"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"bbox":[1,2,3]}`, 400, "invalid", "/bbox"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"buffer":10}`, 400, "invalid", "/geometry"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"datetime":"2026-01-01/2026-02-01"}`, 400, "invalid", "/datetime"},
		{"POST", "/api/v1/stats", `{"layers":["buildings"],"measures":["sum:name"]}`, 400, "invalid", "/measures"},
		{"POST", "/api/v1/stats", `{"layers":[]}`, 400, "invalid", "/layers"},
		{"POST", "/api/v1/stats", `{"layers":[1]}`, 400, "invalid", "/layers"},
		{"GET", "/api/v1/convert?coords=1,2&from=nowhere", "", 400, "invalid", "from"},
		{"GET", "/api/v1/convert?coords=1", "", 400, "invalid", "coords"},
		{"GET", "/api/v1/convert?coords=1,95&to=gcj02", "", 400, "invalid", "coords"},
		{"GET", "/api/v1/locate?lon=111&lat=95", "", 400, "invalid", "lat"},
		{"GET", "/api/v1/locate?lon=111&lat=30&coord=mars", "", 400, "invalid", "coord"},
		{"GET", "/api/v1/search", "", 400, "invalid", "q"},
		{"GET", "/api/v1/search?q=a&near=1", "", 400, "invalid", "near"},
		{"GET", "/api/v1/stream?layers=nothing", "", 404, "not-found", "layers"},
		{"GET", "/api/v1/stream?layers=events&filter=wings+=+1", "", 400, "invalid", "filter"},
		{"GET", "/api/v1/stream?bbox=1", "", 400, "invalid", "bbox"},
		{"GET", "/api/v1/events?state=lost", "", 400, "invalid", "state"},
	}
	for _, tt := range tests {
		var body any
		if tt.body != "" {
			body = tt.body
		}
		res, text := c.call("", tt.method, tt.path, body)
		var p struct{ Type, Title, Parameter, Pointer, Trace, Instance string }
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Errorf("%s %s: no problem: %d %.200s", tt.method, tt.path, res.StatusCode, text)
			continue
		}
		if res.StatusCode != tt.status || p.Type != "/problems/"+tt.kind || p.Parameter+p.Pointer != tt.where {
			t.Errorf("%s %s %s: %d %s at %q, want %d %s at %q: %s", tt.method, tt.path, tt.body, res.StatusCode, p.Type, p.Parameter+p.Pointer,
				tt.status, tt.kind, tt.where, text)
		}
		if p.Title == "" || p.Trace == "" || p.Trace != res.Header.Get("X-Request-Id") || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: title, trace or type is missing: %s", tt.method, tt.path, text)
		}
	}
}

func TestLimitsOfRequests(t *testing.T) {
	c := newCity(t, true)
	huge := `{"geometry":{"type":"MultiPoint","coordinates":[` + strings.Repeat("[111,30],", 200_001) + `[111,30]]}}`
	if res, text := c.call("", "POST", "/api/v1/within", huge); res.StatusCode != 413 || !strings.Contains(text, "/problems/too-large") {
		t.Errorf("too many vertices: %d %.200s", res.StatusCode, text)
	}
	if res, text := c.call("", "POST", "/api/v1/within", strings.Repeat(" ", 11<<20)); res.StatusCode != 413 {
		t.Errorf("huge body: %d %.200s", res.StatusCode, text)
	}
	if res, _ := c.call("", "GET", "/api/v1/search?q="+strings.Repeat("a", 20_000), nil); res.StatusCode != 414 {
		t.Errorf("long address: %d", res.StatusCode)
	}
	if res, _ := c.call("", "POST", "/api/v1/within", `x`, "Content-Type", "text/plain"); res.StatusCode != 415 {
		t.Errorf("wrong content type: %d", res.StatusCode)
	}
	nested := strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 50) + `{"type":"Point","coordinates":[1,2]}` + strings.Repeat(`]}`, 50)
	if res, _ := c.call("", "POST", "/api/v1/within", `{"geometry":`+nested+`}`); res.StatusCode != 400 {
		t.Errorf("deep nesting: %d", res.StatusCode)
	}
	if res, _ := c.call("", "GET", "/ogc/collections/buildings/items?limit=99999999999999999999", nil); res.StatusCode != 200 {
		t.Errorf("a limit above the maximum is taken as the maximum: %d", res.StatusCode)
	}
}

func TestKeys(t *testing.T) {
	c := newCity(t, true)
	for _, header := range []string{"Bearer nonsense", "Bearer", "Basic dTpw", "Bearer wutu_" + strings.Repeat("A", 43), "Bearer " + strings.Repeat("x", 10_000)} {
		res, text := c.call("", "GET", "/api/v1/me", nil, "Authorization", header)
		if res.StatusCode != http.StatusUnauthorized || !strings.Contains(text, "/problems/unauthorized") || res.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%.30q: %d %s", header, res.StatusCode, text)
		}
	}
	for role := range c.keys {
		if me := c.get(role, "/api/v1/me", 200); me["role"] != role || me["demo"] != false || me["cleared"] != (role == "gridworker") {
			t.Errorf("%s: %v", role, me)
		}
	}
	if me := c.get("", "/api/v1/me", 200); me["demo"] != true || me["role"] != "dispatcher" || me["cleared"] != false {
		t.Errorf("anonymous in demo: %v", me)
	}
}

// Without demo, anonymous requests see public layers only and demo keys are void.
func TestWithoutDemo(t *testing.T) {
	c := newCity(t, false)
	if me := c.get("", "/api/v1/me", 200); me["role"] != "public" || me["demo"] != false {
		t.Errorf("anonymous: %v", me)
	}
	c.get("planner", "/api/v1/me", 401)
	for _, l := range c.get("", "/api/v1/layers", 200)["layers"].([]any) {
		if l := l.(map[string]any); l["access"] != "public" {
			t.Errorf("the public knows layer %v", l["id"])
		}
	}
	c.get("", "/ogc/collections/buildings/items", 200)
	c.get("", "/ogc/collections/enterprises/items", 404)
	c.get("", "/ogc/collections/persons/items", 404)
	c.get("", "/tiles/events.json", 404)
}
