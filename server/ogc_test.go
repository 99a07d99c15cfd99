package server_test

import (
	"fmt"
	"math"
	"net/url"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/model"
)

// ids returns the ids of a FeatureCollection's features.
func ids(fc map[string]any) []string {
	var out []string
	for _, f := range fc["features"].([]any) {
		out = append(out, f.(map[string]any)["id"].(string))
	}
	return out
}

func next(fc map[string]any) string {
	for _, l := range fc["links"].([]any) {
		if l := l.(map[string]any); l["rel"] == "next" {
			return l["href"].(string)
		}
	}
	return ""
}

// All pages together are the list, each feature once, whatever order and size,
// and while features are put before and behind the place where the reader is.
func TestPagesMakeTheList(t *testing.T) {
	c := newCity(t, true)
	for _, order := range []string{"", "&sortby=area", "&sortby=-kind,%2Bname", "&filter=floors=6", "&bbox=111,30,112,31"} {
		for _, size := range []int{1, 3, 7, 16, 100} {
			path := fmt.Sprintf("/ogc/collections/buildings/items?limit=%d%s", size, order)
			want := ids(c.get("", "/ogc/collections/buildings/items?limit=100"+order, 200))
			var got []string
			for n := 0; path != ""; n++ {
				if n > 20 {
					t.Fatalf("%s: endless pages", path)
				}
				page := c.get("", path, 200)
				if page["numberMatched"] != 16.0 || int(page["numberReturned"].(float64)) != len(ids(page)) {
					t.Errorf("%s: matched %v returned %v of %d", path, page["numberMatched"], page["numberReturned"], len(ids(page)))
				}
				got = append(got, ids(page)...)
				path = strings.TrimPrefix(next(page), c.http.URL)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || len(want) != 16 {
				t.Errorf("limit %d%s: pages give %v, the list %v", size, order, got, want)
			}
		}
	}
	first := c.get("", "/ogc/collections/buildings/items?limit=8", 200)
	put := func(id string) {
		b := layers.Batch{Actor: "t", At: now(), Changes: []layers.Change{feature("buildings", id, square(0, 0, .1, .1)[0], map[string]any{"name": id})}}
		if _, err := c.live.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	put("a-before")
	put("b99-behind")
	second := c.get("", strings.TrimPrefix(next(first), c.http.URL), 200)
	if all := append(ids(first), ids(second)...); strings.Join(all, " ") != "b00 b01 b02 b03 b04 b05 b06 b07 b08 b09 b10 b11 b12 b13 b14 b15" {
		t.Errorf("pages shift under writes: %v", all)
	}
	if off := ids(c.get("", "/ogc/collections/buildings/items?limit=2&offset=3", 200)); strings.Join(off, " ") != "b02 b03" {
		t.Errorf("offset: %v", off)
	}
}

func TestItemsParameters(t *testing.T) {
	c := newCity(t, true)
	q := url.QueryEscape
	for path, want := range map[string]string{
		"ids=b03,b01,nothing":                    "b01 b03",
		"bbox=111.27,30.67,111.2749,30.6749":     "b00",
		"bbox=111.27,30.67,0,111.2749,30.6749,9": "b00",
		"bbox=170,30.67,111.2749,30.6749":        "b00", // over the antimeridian
		"bbox=30.67,111.27,30.6749,111.2749&bbox-crs=" + q("http://www.opengis.net/def/crs/EPSG/0/4326"):     "b00",
		"bbox=12386519,3589966,12387065,3590600&bbox-crs=" + q("http://www.opengis.net/def/crs/EPSG/0/3857"): "b00",
		"bbox=1,1,2,2": "",
		"filter=" + q("area >= 1013 AND name LIKE '%5号楼'"):                                                                   "b15",
		"filter=" + q("S_INTERSECTS(geometry, POLYGON((111.27 30.67,111.28 30.67,111.28 30.68,111.27 30.68,111.27 30.67)))"): "b00",
		"filter=" + q("year IS NULL") + "&limit=1":                                                                           "b00",
		"sortby=-area&limit=2":           "b15 b14",
		"datetime=2020-01-01T00:00:00Z":  "b00 b01 b02 b03 b04 b05 b06 b07 b08 b09",
		"datetime=../2020-01-01&limit=1": "b00",
	} {
		if got := strings.Join(ids(c.get("", "/ogc/collections/buildings/items?"+path, 200)), " "); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	one := c.get("", "/ogc/collections/buildings/items?ids=b03&properties=name,floors", 200)["features"].([]any)[0].(map[string]any)
	if p := one["properties"].(map[string]any); len(p) != 2 || p["name"] != "滨江花园3号楼" || p["floors"] != 6.0 {
		t.Errorf("properties: %v", p)
	}
	flipped := c.get("", "/ogc/collections/components/items/lamp-b00?crs="+q("http://www.opengis.net/def/crs/EPSG/0/4326"), 200)
	if xy := flipped["geometry"].(map[string]any)["coordinates"].([]any); math.Abs(xy[0].(float64)-30.674) > 1e-9 || math.Abs(xy[1].(float64)-111.275) > 1e-9 {
		t.Errorf("EPSG:4326 is latitude first: %v", xy)
	}
}

// Validity: what was, is and will be, seen by instants and intervals.
func TestDatetimeIsValidity(t *testing.T) {
	c := newCity(t, true)
	day := func(d int) string { return now().AddDate(0, 0, d).Format("2006-01-02T15:04:05Z") }
	old := feature("plan_zones", "old", square(0, 0, 1, 1), nil)
	old.Feature.ValidTo = now().AddDate(0, 0, -10)
	young := feature("plan_zones", "young", square(0, 0, 1, 1), nil)
	young.Feature.ValidFrom = now().AddDate(0, 0, -5)
	if _, err := c.live.Apply(t.Context(), layers.Batch{At: now(), Changes: []layers.Change{old, young}}); err != nil {
		t.Fatal(err)
	}
	for datetime, want := range map[string]string{day(-20): "old", day(-10): "", day(-7): "", day(-5): "young", day(0): "young",
		day(-20) + "/" + day(-6): "old", day(-20) + "/..": "old young", "../" + day(-11): "old", day(-9) + "/" + day(-6): "", day(-9) + "/": "young"} {
		fc := c.get("", "/ogc/collections/plan_zones/items?datetime="+datetime, 200)
		if got := strings.Join(ids(fc), " "); got != want || fc["numberMatched"] != float64(len(ids(fc))) {
			t.Errorf("%s: %q of %v, want %q", datetime, got, fc["numberMatched"], want)
		}
	}
}

// Lists, counts, groups and near agree with each other and with a plain loop
// over the store.
func TestAnswersAgree(t *testing.T) {
	c := newCity(t, true)
	region := `{"type":"Polygon","coordinates":[[[111.272,30.672],[111.296,30.672],[111.296,30.688],[111.272,30.688],[111.272,30.672]]]}`
	counts := c.post("", "/api/v1/within", `{"geometry":`+region+`,"layers":["buildings","components","grids"]}`, 200)["counts"].(map[string]any)
	lists := c.post("", "/api/v1/within", `{"geometry":`+region+`,"layers":["buildings","components","grids"],"result":"features"}`, 200)["features"].(map[string]any)
	for layer, want := range map[string]int{"buildings": 6, "components": 6, "grids": 6} {
		list := ids(lists[layer].(map[string]any))
		if counts[layer] != float64(want) || len(list) != want {
			t.Errorf("%s: counted %v, listed %d, want %d", layer, counts[layer], len(list), want)
		}
	}
	inside := c.post("", "/api/v1/within", `{"geometry":`+region+`,"layers":["buildings","grids"],"predicate":"within"}`, 200)["counts"].(map[string]any)
	if inside["buildings"] != 6.0 || inside["grids"] != 0.0 {
		t.Errorf("within: %v", inside)
	}
	sum := map[string]float64{}
	for _, by := range []string{"none", "district", "street", "community", "grid", "h3:8", "field:kind"} {
		for _, g := range c.post("", "/api/v1/stats", `{"layers":["buildings"],"by":"`+by+`","measures":["sum:area","max:area"]}`, 200)["groups"].([]any) {
			g := g.(map[string]any)
			sum[by] += g["count"].(float64)
			sum[by+" area"] += g["measures"].(map[string]any)["sum:area"].(float64)
		}
		if sum[by] != 16 || sum[by+" area"] != 16*1000+120 {
			t.Errorf("by %s: %v buildings with %v m²", by, sum[by], sum[by+" area"])
		}
	}
	// near against a plain loop
	from := orb.Point{111.283, 30.681}
	want := map[string]float64{}
	for f, err := range c.store.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: model.Components}) {
		if err != nil {
			t.Fatal(err)
		}
		want[f.Key] = measure.DistanceTo(from, f.Shape)
	}
	last := -1.0
	features := c.get("", "/api/v1/near?layer=components&lon=111.283&lat=30.681&k=16", 200)["features"].([]any)
	for _, f := range features {
		f := f.(map[string]any)
		d := f["distance"].(float64)
		if math.Abs(d-want[f["id"].(string)]) > 1e-6 || d < last || f["layer"] != "components" {
			t.Errorf("%v at %v after %v, want %v", f["id"], d, last, want[f["id"].(string)])
		}
		last = d
	}
	if len(features) != 16 {
		t.Errorf("%d of 16 features", len(features))
	}
	// the radius is inclusive
	d := features[3].(map[string]any)["distance"].(float64)
	if got := len(ids(c.get("", fmt.Sprintf("/api/v1/near?layer=components&lon=111.283&lat=30.681&radius=%v", d), 200))); got != 4 {
		t.Errorf("radius %v reaches %d features, want 4", d, got)
	}
	if got := len(ids(c.get("", "/api/v1/near?layer=components&lon=111.283&lat=30.681&radius=0", 200))); got != 0 {
		t.Errorf("radius 0 reaches %d features", got)
	}
}

func TestLocate(t *testing.T) {
	c := newCity(t, true)
	out := c.get("", "/api/v1/locate?lon=111.275&lat=30.6741&accuracy=10", 200)
	if b := out["building"].(map[string]any); b["id"] != "b00" || b["distance"] != 0.0 {
		t.Errorf("building: %v", b)
	}
	var see []string
	for _, x := range out["cameras"].([]any) {
		see = append(see, x.(map[string]any)["id"].(string))
	}
	if strings.Join(see, " ") != "cam-1" {
		t.Errorf("cameras that look north and see the place: %v", see)
	}
	if n := len(out["components"].([]any)); n != 1 {
		t.Errorf("%d components within 30 m, want the lamp", n)
	}
	if e := out["events"].([]any); len(e) != 1 || e[0].(map[string]any)["id"] != "2026111542050200001" {
		t.Errorf("open events: %v", e)
	}
	if a := out["addresses"].([]any); len(a) != 5 {
		t.Errorf("%d addresses, want 5", len(a))
	}
	gk := out["point"].(map[string]any)["cgcs2000_gk"].(map[string]any)
	if gk["epsg"] != 4546.0 || math.Abs(gk["y"].(float64)-3394000) > 5000 {
		t.Errorf("Gauss-Krüger: %v", gk)
	}
	// On a grid's border half of the positions lie on either side.
	border := c.get("", "/api/v1/locate?lon=111.28&lat=30.675&accuracy=20", 200)["areas"].([]any)
	total := map[string]float64{}
	for _, a := range border {
		a := a.(map[string]any)
		level, p := a["level"].(string), a["probability"].(float64)
		total[level] += p
		if level == "grid" && math.Abs(p-0.5) > 0.05 {
			t.Errorf("on the border: %v", a)
		}
		if level == "grid" && a["border_m"].(float64) > 1e-6 {
			t.Errorf("distance to the border: %v", a)
		}
	}
	for level, p := range total {
		if math.Abs(p-1) > 1e-9 {
			t.Errorf("probabilities of level %s add up to %v", level, p)
		}
	}
	gcj := c.get("", "/api/v1/convert?coords=111.275,30.6741&to=gcj02", 200)["coords"].([]any)[0].([]any)
	same := c.get("", fmt.Sprintf("/api/v1/locate?lon=%v&lat=%v&coord=gcj02&accuracy=10", gcj[0], gcj[1]), 200)
	if b := same["building"].(map[string]any); b["id"] != "b00" {
		t.Errorf("the place in GCJ-02: %v", b)
	}
}

// The golden values of the reference, through HTTP.
func TestConvertGolden(t *testing.T) {
	c := newCity(t, true)
	for _, g := range []struct {
		query string
		x, y  float64
		tol   float64
	}{
		{"coords=116.404,39.915&to=gcj02", 116.41024449916938, 39.91640428150164, 1e-12},
		{"coords=116.404,39.915&to=bd09", 116.41662724378733, 39.922699552216216, 1e-12},
		{"coords=116.404,39.915&from=gcj02&to=wgs84", 116.397755754575, 39.913596235609, 1e-9},
		{"coords=113.2644,23.1291&to=EPSG:4526", 38424654.8930, 2559024.7393, 1e-3},
		{"coords=113.2644,23.1291&to=EPSG:4547", 424654.8930, 2559024.7393, 1e-3},
		{"coords=410373.1379,3383984.1590&from=EPSG:4544&to=cgcs2000", 104.0657, 30.5728, 1e-8},
		{"coords=116.397428,39.90923&to=EPSG:3857", 12957302.415, 4852760.584, 1e-2},
	} {
		xy := c.get("", "/api/v1/convert?"+g.query, 200)["coords"].([]any)[0].([]any)
		if math.Abs(xy[0].(float64)-g.x) > g.tol || math.Abs(xy[1].(float64)-g.y) > g.tol {
			t.Errorf("%s: %v, want %v %v", g.query, xy, g.x, g.y)
		}
	}
}

// The document names the address the client knows, and the landing page answers
// with a slash behind it too: programs that read OGC APIs look for both.
func TestDocumentNamesTheServer(t *testing.T) {
	c := newCity(t, true)
	doc := c.get("", "/ogc/api", 200)
	servers := doc["servers"].([]any)
	if u := servers[0].(map[string]any)["url"].(string); len(servers) != 1 || !strings.HasPrefix(u, "http://") || strings.HasSuffix(u, "/") {
		t.Errorf("servers %v", servers)
	}
	if page := c.get("", "/ogc/", 200); page["links"] == nil {
		t.Errorf("/ogc/ answers %v", page)
	}
}
