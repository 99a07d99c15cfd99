package server_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"wutu/layers"
	"wutu/server"
	"wutu/server/ogc"
)

func epsg(code int) string { return fmt.Sprintf("http://www.opengis.net/def/crs/EPSG/0/%d", code) }

// Properties are parameters, each an equality of the property's type, and nothing
// else is taken.
func TestPropertiesAreParameters(t *testing.T) {
	c := newCity(t, true)
	for query, want := range map[string]string{
		"name=" + url.QueryEscape("滨江花园3号楼"): "b03",
		"floors=6&area=1013":                 "b13",
		"floors=7":                           "",
		"kind=none":                          "",
	} {
		fc := c.get("", "/ogc/collections/buildings/items?"+query, 200)
		if got := strings.Join(ids(fc), " "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	joined := c.get("", "/ogc/collections/buildings/items?floors=6&filter="+url.QueryEscape("area > 1013")+"&limit=100", 200)
	if joined["numberMatched"] != 2.0 {
		t.Errorf("joined to the filter: %v", joined["numberMatched"])
	}
	for query, where := range map[string]string{"wings=2": "wings", "floors=six": "floors", "floors=": "floors", "geometry=x": "geometry", "Limit=3": "Limit"} {
		res, body := c.call("", "GET", "/ogc/collections/buildings/items?"+query, nil)
		if res.StatusCode != 400 || !strings.Contains(body, `"parameter":"`+where+`"`) {
			t.Errorf("%s: %d %s", query, res.StatusCode, body)
		}
	}
	// The document spells them out where clients look for them.
	doc := c.get("", "/ogc/api", 200)
	get := doc["paths"].(map[string]any)["/collections/buildings/items"].(map[string]any)["get"].(map[string]any)
	types := map[string]any{}
	for _, p := range get["parameters"].([]any) {
		p := p.(map[string]any)
		types[p["name"].(string)] = p["schema"].(map[string]any)["type"]
	}
	for name, want := range map[string]string{"floors": "integer", "name": "string", "area": "number", "limit": "integer"} {
		if types[name] != want {
			t.Errorf("%s is documented as %v", name, types[name])
		}
	}
}

// Coordinates come in the system and axis order asked for; a box and a filter's
// geometry are read in theirs; what lies outside of a domain is said.
func TestItemsInEverySystem(t *testing.T) {
	c := newCity(t, true)
	q := url.QueryEscape
	point := func(query string) []float64 {
		fc := c.get("", "/ogc/collections/components/items/lamp-b00?"+query, 200)
		xy := fc["geometry"].(map[string]any)["coordinates"].([]any)
		return []float64{xy[0].(float64), xy[1].(float64)}
	}
	// 30.674, 111.275 by PROJ 9.1: cs2cs EPSG:4326 EPSG:…
	for code, want := range map[int][2]float64{4490: {30.674, 111.275}, 4546: {3394864.052592, 526352.642080}, 4525: {3394864.052592, 37526352.642080}, 3857: {12387076.338022, 3590483.816312}} {
		got := point("crs=" + q(epsg(code)))
		if math.Abs(got[0]-want[0]) > 1e-3 || math.Abs(got[1]-want[1]) > 1e-3 {
			t.Errorf("EPSG:%d: %.4f, want %.4f", code, got, want)
		}
		pad := 5.0
		if code == 4490 {
			pad = 5e-5
		}
		box := fmt.Sprintf("bbox=%f,%f,%f,%f&bbox-crs=%s", want[0]-pad, want[1]-pad, want[0]+pad, want[1]+pad, q(epsg(code)))
		if got := strings.Join(ids(c.get("", "/ogc/collections/components/items?"+box, 200)), " "); got != "lamp-b00" {
			t.Errorf("EPSG:%d: %s finds %q", code, box, got)
		}
		filter := fmt.Sprintf("filter=%s&filter-crs=%s", q(fmt.Sprintf("S_WITHIN(geometry, POLYGON((%[1]f %[2]f, %[3]f %[2]f, %[3]f %[4]f, %[1]f %[4]f, %[1]f %[2]f)))", want[0]-pad, want[1]-pad, want[0]+pad, want[1]+pad)), q(epsg(code)))
		if got := strings.Join(ids(c.get("", "/ogc/collections/components/items?"+filter, 200)), " "); got != "lamp-b00" {
			t.Errorf("EPSG:%d: %s finds %q", code, filter, got)
		}
	}
	for query, where := range map[string]string{
		"crs=" + q(epsg(4491)):                                    "crs", // 36° away
		"crs=" + q(epsg(27700)):                                   "crs",
		"bbox=1,2,3,4&bbox-crs=x":                                 "bbox-crs",
		"bbox=30,111,91,112&bbox-crs=" + q(epsg(4326)):            "bbox",
		"bbox=0,400000,3400000,1100000&bbox-crs=" + q(epsg(4546)): "bbox",
		"filter=" + q("S_INTERSECTS(geometry,POINT(1 1))") + "&filter-crs=" + q(epsg(4546)): "filter",
	} {
		res, body := c.call("", "GET", "/ogc/collections/components/items?"+query, nil)
		if res.StatusCode != 400 || !strings.Contains(body, `"parameter":"`+where+`"`) {
			t.Errorf("%s: %d %s", query, res.StatusCode, body)
		}
	}
	// A box whose axes are swapped meets nothing, and the answer says why.
	swapped := c.get("", "/ogc/collections/components/items?bbox=111,30,112,31&bbox-crs="+q(epsg(4326)), 200)
	if swapped["numberMatched"] != 0.0 || !strings.Contains(fmt.Sprint(swapped["note"]), "latitude") {
		t.Errorf("axes swapped: %v", swapped)
	}
	// The collection lists what its features can be written in.
	systems := fmt.Sprint(c.get("", "/ogc/collections/components", 200)["crs"])
	for code, listed := range map[int]bool{4326: true, 4546: true, 4491: false} {
		if strings.Contains(systems, epsg(code)) != listed {
			t.Errorf("EPSG:%d listed: %v", code, !listed)
		}
	}
	all := c.get("", "/ogc/collections", 200)
	if !strings.Contains(fmt.Sprint(all["crs"]), epsg(4546)) || !strings.Contains(fmt.Sprint(all["collections"]), "#/crs") {
		t.Errorf("no global list: %v", all["crs"])
	}
}

// What is left out and how pages lead back.
func TestItemsColumnsAndWayBack(t *testing.T) {
	c := newCity(t, true)
	first := func(query string) map[string]any {
		return c.get("", "/ogc/collections/buildings/items?limit=1&"+query, 200)["features"].([]any)[0].(map[string]any)
	}
	if f := first("exclude-properties=name,floors,geometry"); f["geometry"] != nil || f["properties"].(map[string]any)["name"] != nil || f["properties"].(map[string]any)["area"] == nil {
		t.Errorf("exclude-properties: %v", f)
	}
	if f := first("properties=floors&skipGeometry=true"); f["geometry"] != nil || len(f["properties"].(map[string]any)) != 1 {
		t.Errorf("skipGeometry: %v", f)
	}
	for _, order := range []string{"", "&sortby=-area"} {
		path, way := "/ogc/collections/buildings/items?limit=3"+order, [][]string{}
		for path != "" {
			page := c.get("", path, 200)
			way = append(way, ids(page))
			path = strings.TrimPrefix(rel(page, "next"), c.http.URL)
			if path == "" {
				for i := len(way) - 2; i >= 0; i-- { // and back again
					page = c.get("", strings.TrimPrefix(rel(page, "prev"), c.http.URL), 200)
					if fmt.Sprint(ids(page)) != fmt.Sprint(way[i]) {
						t.Errorf("%s: page %d back is %v, was %v", order, i, ids(page), way[i])
					}
				}
				if rel(page, "prev") != "" {
					t.Errorf("before the first page is %s", rel(page, "prev"))
				}
			}
		}
	}
	for _, cursor := range []string{"1.x", ".", "zzzzzzzzzzzz.eyJpIjoiYSJ9", "-1.eyJpIjoiYSJ9"} {
		if res, body := c.call("", "GET", "/ogc/collections/buildings/items?cursor="+cursor, nil); res.StatusCode != 400 {
			t.Errorf("%s: %d %s", cursor, res.StatusCode, body)
		}
	}
}

func rel(fc map[string]any, name string) string {
	for _, l := range fc["links"].([]any) {
		if l := l.(map[string]any); l["rel"] == name {
			return l["href"].(string)
		}
	}
	return ""
}

// f wins over Accept, Accept by its weights, and every answer leads to the others.
func TestFormatsAreNegotiated(t *testing.T) {
	c := newCity(t, true)
	const items = "/ogc/collections/buildings/items"
	for _, x := range []struct{ query, accept, want string }{
		{"", "", "application/geo+json"}, {"", "*/*", "application/geo+json"}, {"", "application/json", "application/geo+json"},
		{"", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"},
		{"", "text/html;q=0.4, application/geo+json;q=0.5", "application/geo+json"},
		{"", "application/*;q=0.1, application/fg+json", "application/fg+json"},
		{"", "application/geo+json;q=0, */*", "text/html"},
		{"?f=json", "text/html", "application/geo+json"}, {"?f=geojson", "text/html", "application/geo+json"}, {"?f=html", "application/json", "text/html"},
		{"?f=geojsonseq", "", "application/geo+json-seq"}, {"", "image/png", ""}, {"?f=xml", "", ""},
	} {
		res, body := c.call("", "GET", items+x.query, nil, "Accept", x.accept)
		if got := res.Header.Get("Content-Type"); x.want == "" && res.StatusCode < 400 || x.want != "" && !strings.HasPrefix(got, x.want) {
			t.Errorf("%q %q: %d %s", x.query, x.accept, res.StatusCode, got)
		}
		if x.want != "" && (!strings.Contains(strings.Join(res.Header.Values("Vary"), ","), "Accept") || body == "") {
			t.Errorf("%q %q: %v", x.query, x.accept, res.Header)
		}
	}
	page := c.get("", items, 200)
	for _, l := range page["links"].([]any) {
		if l := l.(map[string]any); l["rel"] == "alternate" {
			res, _ := c.call("", "GET", strings.TrimPrefix(l["href"].(string), c.http.URL), nil)
			if media, _, _ := strings.Cut(l["type"].(string), ";"); !strings.HasPrefix(res.Header.Get("Content-Type"), media) {
				t.Errorf("%v leads to %s", l, res.Header.Get("Content-Type"))
			}
		}
	}
	// One text sequence, one page: the same features.
	_, text := c.call("", "GET", items+"?f=geojsonseq&limit=5", nil)
	var got []string
	for line := range strings.Lines(text) {
		var f map[string]any
		if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "\x1e")), &f); err != nil || line[0] != 0x1e {
			t.Fatal(err, line)
		}
		got = append(got, f["id"].(string))
	}
	if want := ids(c.get("", items+"?limit=5", 200)); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("sequence %v, list %v", got, want)
	}
	// JSON-FG: the place in its system, the geometry for those who know GeoJSON only.
	fg := c.get("", "/ogc/collections/components/items/lamp-b00?f=jsonfg&crs="+url.QueryEscape(epsg(4546)), 200)
	if fg["geometry"] != nil || fg["place"].(map[string]any)["coordinates"].([]any)[0].(float64) < 3e6 || fg["coordRefSys"] != epsg(4546) || fg["featureType"] != "components" {
		t.Errorf("JSON-FG: %v", fg)
	}
}

// A list that has not changed is not sent again, and one that has is.
func TestListsHaveTags(t *testing.T) {
	c := newCity(t, true)
	for _, path := range []string{"/ogc", "/ogc/collections", "/ogc/collections/buildings", "/ogc/collections/buildings/items?limit=3", "/ogc/collections/buildings/items?f=html", "/ogc/collections/buildings/queryables", "/ogc/api"} {
		res, _ := c.call("", "GET", path, nil)
		tag := res.Header.Get("ETag")
		if !strings.HasPrefix(tag, `W/"`) {
			t.Errorf("%s has no tag: %v", path, res.Header)
		}
		if again, body := c.call("", "GET", path, nil, "If-None-Match", tag); again.StatusCode != 304 || body != "" {
			t.Errorf("%s: %d again", path, again.StatusCode)
		}
	}
	before, _ := c.call("", "GET", "/ogc/collections/buildings/items?limit=3", nil)
	b := layers.Batch{Actor: "t", At: now(), Changes: []layers.Change{feature("buildings", "a", square(0, 0, .1, .1)[0], map[string]any{"name": "a"})}}
	if _, err := c.live.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if after, _ := c.call("", "GET", "/ogc/collections/buildings/items?limit=3", nil, "If-None-Match", before.Header.Get("ETag")); after.StatusCode != 200 {
		t.Errorf("a changed list is %d", after.StatusCode)
	}
}

// breaking is a format that fails at its twelfth feature, long after the first bytes
// are on their way.
type breaking struct{ n, at int }

func (b *breaking) Head(dst []byte) []byte { return append(dst, "begin\n"...) }
func (b *breaking) Append(dst []byte, _ layers.Row) ([]byte, error) {
	if b.n++; b.n == b.at {
		return dst, &layers.Error{Kind: layers.Internal, Op: "test", Err: errors.New("breaks")}
	}
	return append(dst, strings.Repeat("x", 10<<10)...), nil
}
func (b *breaking) Tail(dst []byte) []byte { return append(dst, "end\n"...) }

// A client can tell half an answer from a whole one, compressed or not.
func TestBrokenAnswersAreNoticed(t *testing.T) {
	c := newCity(t, true)
	formats := []ogc.Format{}
	for name, at := range map[string]int{"late": 12, "early": 2, "never": -1} {
		formats = append(formats, ogc.Format{Name: name, Media: "text/" + name, Open: func(ogc.Page) (ogc.Encoder, error) { return &breaking{at: at}, nil }})
	}
	s, err := server.New(server.Options{City: c.live, Records: c.store, Demo: true, Now: now, ItemFormats: formats})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	for _, coding := range []string{"identity", "gzip"} {
		for name, status := range map[string]int{"late": 200, "early": 500, "never": 200} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+"/ogc/collections/buildings/items?limit=16&f="+name, nil)
			if err != nil {
				t.Fatal(err)
			}
			if coding != "gzip" { // otherwise the client undoes it by itself
				req.Header.Set("Accept-Encoding", coding)
			}
			res, err := web.Client().Do(req)
			if err != nil && name == "late" { // compressed, nothing was on its way yet
				continue
			}
			if err != nil {
				t.Fatalf("%s %s: %v", coding, name, err)
			}
			body, err := io.ReadAll(res.Body)
			if cerr := res.Body.Close(); cerr != nil {
				t.Fatal(cerr)
			}
			whole := strings.HasSuffix(string(body), "end\n")
			if res.StatusCode != status || (name == "late") != (err != nil) || whole != (name == "never") {
				t.Errorf("%s %s: %d, %d bytes, whole %v: %v", coding, name, res.StatusCode, len(body), whole, err)
			}
		}
	}
}

var (
	active  = regexp.MustCompile(`(?i)<(script|iframe|img|object|embed)|<[^>]* on[a-z]+=|javascript:`)
	address = regexp.MustCompile(`(<\w+)[^>]* (?:href|src|action)="([^"]*)"`)
)

// Pages are documents that a browser understands: whole, in the language asked for,
// without scripts or other hosts, and their links lead somewhere.
func TestPagesForPeople(t *testing.T) {
	c := newCity(t, true)
	seen, todo := map[string]bool{}, []string{"/ogc?f=html"}
	for len(todo) > 0 && len(seen) < 60 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		res, body := c.call("", "GET", path, nil)
		if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
			continue
		}
		if !strings.Contains(body, `<html lang="zh-CN">`) {
			t.Errorf("%s is not in Chinese", path)
		}
		if active.MatchString(body) {
			t.Errorf("%s has %s", path, active.FindString(body))
		}
		for _, m := range address.FindAllStringSubmatch(body, -1) {
			to := strings.TrimPrefix(html.UnescapeString(m[2]), c.http.URL)
			if strings.Contains(to, "://") && !strings.HasPrefix(to, "http://www.opengis.net/") {
				t.Errorf("%s leads to %s", path, to)
			}
			if m[1] == "<a" && strings.HasPrefix(to, "/ogc") && strings.Contains(to, "f=html") && !strings.Contains(to, "lang=") {
				todo = append(todo, to)
			}
		}
	}
	if len(seen) < 40 {
		t.Errorf("only %d pages", len(seen))
	}
	for header, want := range map[string]string{"": "zh-CN", "en": "en", "en-GB,en;q=0.9,zh;q=0.8": "en", "zh-TW,en;q=0.9": "zh-CN", "fr": "zh-CN", "de, en;q=0.2": "en", "*": "zh-CN"} {
		res, _ := c.call("", "GET", "/ogc?f=html", nil, "Accept-Language", header)
		if got := res.Header.Get("Content-Language"); got != want {
			t.Errorf("Accept-Language %q: %s", header, got)
		}
	}
	if _, body := c.call("", "GET", "/ogc/collections/buildings/items?f=html&lang=en&filter="+url.QueryEscape("name = '<b>\"'"), nil); strings.Contains(body, "<b>") || !strings.Contains(body, "No feature matches") {
		t.Error("the filter is not escaped, or finds something")
	}
}
