package server_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"

	"wutu/geo/crs"
	"wutu/geo/measure"

	"github.com/paulmach/orb"
)

const street = `{"type":"LineString","coordinates":[[111.27,30.675],[111.31,30.675]]}` // along the houses of grids 0 to 3

// members are those of a list of JSON objects, by name.
func members(list any, name string) []string {
	var out []string
	for _, x := range list.([]any) {
		out = append(out, fmt.Sprint(x.(map[string]any)[name]))
	}
	return out
}

func TestNearShapes(t *testing.T) {
	c := newCity(t, true)
	got := c.get("", "/api/v1/near?layer=buildings&k=6&geometry="+url.QueryEscape("LINESTRING(111.27 30.675,111.31 30.675)"), 200)
	if list := members(got["features"], "id"); strings.Join(list[:4], " ") != "b00 b01 b02 b03" {
		t.Errorf("along the street: %v", list)
	}
	for _, f := range got["features"].([]any)[:4] {
		if d := f.(map[string]any)["distance"]; d != 0.0 {
			t.Errorf("the street runs through it at %v", d)
		}
	}
	// the same by POST, and within a polygon
	body := `{"layer":"buildings","geometry":` + street + `,"k":6,"within":{"type":"Polygon","coordinates":[[[111.272,30.672],[111.296,30.672],[111.296,30.688],[111.272,30.688],[111.272,30.672]]]}}`
	if list := members(c.post("", "/api/v1/near", body, 200)["features"], "id"); strings.Join(list, " ") != "b00 b01 b02 b04 b05 b06" {
		t.Errorf("in the polygon: %v", list)
	}
	// at most so many of each value
	for per, want := range map[string]int{"": 10, "kind": 2, "grid": 16} {
		list := members(c.get("", "/api/v1/near?layer=buildings&lon=111.28&lat=30.68&k_per=2&per="+per, 200)["features"], "id")
		if len(list) != want {
			t.Errorf("two per %q: %v", per, list)
		}
	}
	for path, field := range map[string]string{
		"/api/v1/near?layer=buildings&lon=111.28":                            "lat",
		"/api/v1/near?layer=buildings":                                       "lon",
		"/api/v1/near?layer=buildings&lon=1&lat=1&geometry=POINT(1%201)":     "geometry",
		"/api/v1/near?layer=buildings&geometry=POINT(1)":                     "geometry",
		"/api/v1/near?layer=buildings&lon=111.28&lat=30.68&per=whatever":     "per",
		"/api/v1/near?layer=buildings&lon=111.28&lat=30.68&k_per=0":          "k_per",
		"/api/v1/near?layer=buildings&geometry=POLYGON((0%200,1%201,0%200))": "geometry",
	} {
		if p := c.get("", path, 400); p["parameter"] != field {
			t.Errorf("%s: %v", path, p)
		}
	}
	if p := c.get("", "/api/v1/near?layer=enterprises&lon=111.28&lat=30.68&per=legal_person", 403); p["parameter"] != "per" {
		t.Errorf("per a field that is not shown: %v", p)
	}
	if p := c.post("", "/api/v1/near", `{"layer":"buildings"}`, 400); p["pointer"] != "/geometry" {
		t.Errorf("near nothing: %v", p)
	}
	c.post("", "/api/v1/near", `{"layer":"persons","geometry":`+street+`}`, 403)
}

// Every relation counts what it lists, and disjoint is all but what intersects.
func TestRelations(t *testing.T) {
	c := newCity(t, true)
	// a square whose west side runs through houses, and whose south side is that of grids
	region := `{"type":"Polygon","coordinates":[[[111.275,30.67],[111.30,30.67],[111.30,30.69],[111.275,30.69],[111.275,30.67]]]}`
	count := map[string]float64{}
	for _, name := range []string{"intersects", "within", "contains", "touches", "crosses", "overlaps", "disjoint", "equals", "dwithin"} {
		body := map[string]any{"geometry": json.RawMessage(region), "layers": []string{"buildings", "grids", "roads"}, "predicate": name}
		if name == "dwithin" {
			body["distance"] = 300
		}
		counts := c.post("", "/api/v1/within", body, 200)["counts"].(map[string]any)
		body["result"] = "features"
		lists := c.post("", "/api/v1/within", body, 200)["features"].(map[string]any)
		for layer, n := range counts {
			if got := len(ids(lists[layer].(map[string]any))); float64(got) != n {
				t.Errorf("%s: %v %s are counted, %d listed", name, n, layer, got)
			}
			count[name+" "+layer] = n.(float64)
		}
	}
	for key, want := range map[string]float64{"intersects buildings": 6, "within buildings": 4, "overlaps buildings": 2, "disjoint buildings": 10,
		"intersects grids": 12, "within grids": 4, "overlaps grids": 2, "touches grids": 6, "disjoint grids": 4, "contains grids": 0, "equals grids": 0,
		"crosses roads": 1, "dwithin buildings": 6} {
		if count[key] != want {
			t.Errorf("%s: %v, want %v", key, count[key], want)
		}
	}
	// one that is the region itself
	p, q := at(0, 0, 0), at(0, 1, 1)
	same := fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%v,%v],[%v,%v],[%v,%v],[%v,%v],[%v,%v]]]}`, p[0], p[1], q[0], p[1], q[0], q[1], p[0], q[1], p[0], p[1])
	if n := c.post("", "/api/v1/within", `{"geometry":`+same+`,"layers":["grids"],"predicate":"equals"}`, 200)["counts"].(map[string]any)["grids"]; n != 1.0 {
		t.Errorf("%v grids equal the first", n)
	}
	// persons are counted from their release, whatever the relation
	n := c.post("", "/api/v1/within", `{"geometry":`+region+`,"layers":["persons"],"predicate":"disjoint"}`, 200)
	if persons, ok := n["counts"].(map[string]any)["persons"]; !ok || persons != nil && persons.(float64) < 10 {
		t.Errorf("persons elsewhere: %v", n)
	}
	for body, pointer := range map[string]string{
		`{"geometry":` + region + `,"predicate":"beside"}`:              "/predicate",
		`{"geometry":` + region + `,"predicate":"touches","buffer":5}`:  "/buffer",
		`{"geometry":` + region + `,"predicate":"within","distance":5}`: "/distance",
		`{"geometry":` + region + `,"filter":{"op":"nothing"}}`:         "/filter",
		`{"geometry":` + region + `,"limit":0}`:                         "/limit",
	} {
		if p := c.post("", "/api/v1/within", body, 400); p["pointer"] != pointer {
			t.Errorf("%s: %v", body, p)
		}
	}
	// CQL2 as JSON
	if n := c.post("", "/api/v1/within", `{"geometry":`+region+`,"layers":["buildings"],"filter":{"op":"=","args":[{"property":"name"},"滨江花园1号楼"]}}`, 200)["counts"].(map[string]any)["buildings"]; n != 1.0 {
		t.Errorf("with a filter in JSON: %v", n)
	}
}

func TestCorridor(t *testing.T) {
	c := newCity(t, true)
	got := c.post("", "/api/v1/corridor", `{"path":`+street+`,"width":200,"layers":["buildings","components","grids"]}`, 200)
	length := got["length_m"].(float64)
	if want := measure.Length(orb.LineString{{111.27, 30.675}, {111.31, 30.675}}); math.Abs(length-want) > 1e-6 || got["numberMatched"] != got["numberReturned"] {
		t.Errorf("%v m, want %v: %v", length, want, got["numberMatched"])
	}
	last, crossings := 0.0, 0
	for _, f := range got["features"].([]any) {
		f := f.(map[string]any)
		along, off, side := f["along"].(float64), f["off"].(float64), f["side"]
		if along < last || off > 200 {
			t.Errorf("%v at %v after %v, %v off", f["id"], along, last, off)
		}
		last = along
		switch f["layer"] {
		case "components": // the lamps stand south of the houses: to the right of who goes east
			if side != "right" || math.Abs(off-measure.Distance(orb.Point{111.275, 30.675}, orb.Point{111.275, 30.674})) > 1e-3 {
				t.Errorf("%v is %v m to the %v", f["id"], off, side)
			}
		case "buildings":
			list := f["crossings"].([]any)
			crossings += len(list)
			if len(list) != 2 || list[0].(map[string]any)["direction"] != "left-to-right" || list[1].(map[string]any)["direction"] != "right-to-left" || side != "on" {
				t.Errorf("%v is entered and left: %v", f["id"], f)
			}
		}
	}
	if crossings != 8 {
		t.Errorf("%d crossings of four houses", crossings)
	}
	first := c.post("", "/api/v1/corridor", `{"path":`+street+`,"width":200,"layers":["buildings"],"limit":1,"filter":"name LIKE '%2%'"}`, 200)
	if list := members(first["features"], "id"); strings.Join(list, " ") != "b02" || first["numberMatched"] != 1.0 {
		t.Errorf("the first: %v of %v", list, first["numberMatched"])
	}
	for body, pointer := range map[string]string{
		`{"path":{"type":"Point","coordinates":[1,1]},"width":1}`: "/path", `{"width":1}`: "/path", `{"path":` + street + `,"width":-1}`: "/width",
		`{"path":` + street + `,"width":1,"layers":["buildings"],"filter":"nope = 1"}`: "/filter",
	} {
		if p := c.post("", "/api/v1/corridor", body, 400); p["pointer"] != pointer {
			t.Errorf("%s: %v", body, p)
		}
	}
	c.post("", "/api/v1/corridor", `{"path":`+street+`,"width":1,"layers":["persons"]}`, 403)
}

func TestBatch(t *testing.T) {
	c := newCity(t, true)
	var points []orb.Point
	for n := range 16 {
		points = append(points, at(n, 0.3, 0.3), at(n, 0.9, 0.1))
	}
	points = append(points, orb.Point{110, 30})
	ask := map[string]any{"points": points, "levels": []string{"grid", "district"}, "nearest": []any{
		map[string]any{"layer": "components", "filter": "kind = 'lamp'", "as": "lamp"}, map[string]any{"layer": "cameras", "max": 500}}}
	got := c.post("", "/api/v1/batch", ask, 200)["points"].([]any)
	if len(got) != len(points) {
		t.Fatalf("%d of %d points", len(got), len(points))
	}
	for i, p := range points {
		x := got[i].(map[string]any)
		grid, lamp := x["areas"].(map[string]any)["grid"], x["nearest"].(map[string]any)["lamp"].(map[string]any)
		if i == 32 {
			if grid != nil {
				t.Errorf("outside of all: %v", grid)
			}
		} else if grid.(map[string]any)["code"] != gridID(i/2) {
			t.Errorf("%v belongs to %v, want %s", p, grid, gridID(i/2))
		}
		near := c.get("", fmt.Sprintf("/api/v1/near?layer=components&lon=%v&lat=%v&k=1&filter=%s", p[0], p[1], url.QueryEscape("kind = 'lamp'")), 200)["features"].([]any)[0].(map[string]any)
		if lamp["id"] != near["id"] || math.Abs(lamp["distance"].(float64)-near["distance"].(float64)) > 1e-6 {
			t.Errorf("%v: %v, near says %v at %v", p, lamp, near["id"], near["distance"])
		}
		camera, ok := x["nearest"].(map[string]any)["cameras"]
		if d := measure.Distance(p, at(0, 0.5, 0.3)); !ok || (camera != nil) != (d <= 500) {
			t.Errorf("%v: a camera at %v m is %v", p, d, camera)
		}
	}
	c.batchTable(points)
	for body, pointer := range map[string]string{
		`{"points":[[1,2],[1]],"levels":["grid"]}`:                               "/points/1",
		`{"points":[[1,2],[1,"x"]],"levels":["grid"]}`:                           "/points/1",
		`{"points":[[1,200]],"levels":["grid"]}`:                                 "/points/0",
		`{"points":[],"levels":["grid"]}`:                                        "/points",
		`{"points":{},"levels":["grid"]}`:                                        "/points",
		`{"points":[[1,2]],"levels":["room"]}`:                                   "/levels",
		`{"points":[[1,2]]}`:                                                     "/levels",
		`{"points":[[1,2]],"levels":["grid"],"coord":"mars"}`:                    "/coord",
		`{"points":[[1,2]],"nearest":[{"layer":"cameras"},{"layer":"cameras"}]}`: "/nearest/1",
		`{"points":[[1,2]],"nearest":[{"layer":"cameras","filter":"nope = 1"}]}`: "/filter",
	} {
		if p := c.post("", "/api/v1/batch", body, 400); p["pointer"] != pointer {
			t.Errorf("%s: %v", body, p)
		}
	}
	c.post("", "/api/v1/batch", `{"points":[[1,2]],"nearest":[{"layer":"persons"}]}`, 403)
	many := strings.Repeat("[111.3,30.7],", 100_000) + "[111.3,30.7]"
	c.post("", "/api/v1/batch", `{"points":[`+many+`],"levels":["grid"]}`, 413)
	if got := c.post("", "/api/v1/batch", `{"points":[`+many[:len(many)-13]+`],"levels":["grid"],"nearest":[{"layer":"components","filter":"kind='lamp'"}]}`, 200)["points"].([]any); len(got) != 100_000 {
		t.Errorf("%d of 100,000 points", len(got))
	}
}

// batchTable asks the same of a table in another coordinate system.
func (c *city) batchTable(points []orb.Point) {
	c.t.Helper()
	var b strings.Builder
	b.WriteString("\ufeffid,x,y,note\n")
	for i, p := range points {
		q, err := crs.Convert(p, crs.WGS84, crs.GCJ02)
		if err != nil {
			c.t.Fatal(err)
		}
		fmt.Fprintf(&b, "\"n,%d\",%v,%v,x\n", i, q[0], q[1])
	}
	path := "/api/v1/batch?levels=grid&nearest=components&coord=gcj02&filter=" + url.QueryEscape("kind='lamp'")
	res, text := c.call("", "POST", path, b.String(), "Content-Type", "text/csv; charset=utf-8", "Accept", "text/csv")
	if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/csv") {
		c.t.Fatalf("a table: %d %s", res.StatusCode, text)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != len(points)+1 || strings.Join(rows[0], " ") != "id lon lat grid grid_name components components_distance" {
		c.t.Fatalf("%v: %v", err, rows[:1])
	}
	for i := range 32 {
		if r := rows[i+1]; r[0] != fmt.Sprintf("n,%d", i) || r[3] != gridID(i/2) || !strings.HasPrefix(r[5], "lamp-") {
			c.t.Errorf("row %d: %v", i, r)
		}
	}
	if r := rows[33]; r[3] != "" || r[5] == "" {
		c.t.Errorf("outside of all: %v", r)
	}
	for body, want := range map[string]string{"a,b\n1,2\n": "header", "": "body", "lon,lat\n1,2\nx,2\n": "record 2", "lon,lat\n1,2,3\n": "body"} {
		p := c.post("", "/api/v1/batch?levels=grid", body, 400, "Content-Type", "text/csv")
		if p["parameter"] != want {
			c.t.Errorf("%q: %v", body, p)
		}
	}
	c.post("", "/api/v1/batch?levels=grid", `{"points":[[1,2]],"levels":["grid"]}`, 400)
}

func TestJoinOverHTTP(t *testing.T) {
	c := newCity(t, true)
	sides := `"left":{"layer":"grids"},"right":{"layer":"buildings"},`
	counts := c.post("", "/api/v1/join", `{`+sides+`"predicate":"contains","measures":["sum:area","max:floors"]}`, 200)["counts"].([]any)
	for i, x := range counts {
		x := x.(map[string]any)
		if m := x["measures"].(map[string]any); x["count"] != 1.0 || m["sum:area"] != 1000+float64(i) || m["max:floors"] != 6.0 {
			t.Errorf("grid %d: %v", i, x)
		}
	}
	if len(counts) != 16 {
		t.Fatalf("%d grids", len(counts))
	}
	// pages of pairs, as many as come at once
	whole := c.post("", "/api/v1/join", `{`+sides+`"distance":900,"result":"pairs"}`, 200)
	var paged []any
	for cursor, n := "", 0; n == 0 || cursor != ""; n++ {
		page := c.post("", "/api/v1/join", `{`+sides+`"distance":900,"result":"pairs","limit":7,"cursor":"`+cursor+`"}`, 200)
		paged = append(paged, page["pairs"].([]any)...)
		cursor, _ = page["next"].(string)
	}
	if a, b := fmt.Sprint(whole["pairs"]), fmt.Sprint(paged); a != b || len(paged) < 20 {
		t.Errorf("%d pairs in pages, %d at once", len(paged), len(whole["pairs"].([]any)))
	}
	var ids []string
	for cursor, n := "", 0; n == 0 || cursor != ""; n++ {
		page := c.post("", "/api/v1/join", `{`+sides+`"predicate":"contains","limit":5,"cursor":"`+cursor+`"}`, 200)
		ids = append(ids, members(page["counts"], "id")...)
		cursor, _ = page["next"].(string)
	}
	if !slices.Equal(ids, members(counts, "id")) {
		t.Errorf("counts in pages: %v", ids)
	}
	groups := c.post("", "/api/v1/join", `{"left":{"layer":"grids"},"right":{"layer":"components"},"result":"groups","by":{"right":"kind"}}`, 200)["groups"].([]any)
	if g := groups[0].(map[string]any); len(groups) != 1 || g["right"] != "lamp" || g["pairs"] != 16.0 || g["features"] != 16.0 {
		t.Errorf("groups: %v", groups)
	}
	// persons only as counts of their release
	people := c.post("", "/api/v1/join", `{"left":{"layer":"grids"},"right":{"layer":"persons"},"predicate":"contains"}`, 200)["counts"].([]any)
	if n := people[0].(map[string]any)["count"]; n != nil && n.(float64) < 10 {
		t.Errorf("persons of the first grid: %v", people[0])
	}
	if n := people[15].(map[string]any); n["count"] != nil || n["below"] != 10.0 {
		t.Errorf("one person shows: %v", n)
	}
	c.post("", "/api/v1/join", `{"left":{"layer":"grids"},"right":{"layer":"persons"},"result":"pairs"}`, 403)
	c.post("", "/api/v1/join", `{"left":{"layer":"persons"},"right":{"layer":"grids"}}`, 403)
	for body, pointer := range map[string]string{
		`{` + sides + `"predicate":"disjoint"}`: "/predicate", `{` + sides + `"predicate":"dwithin"}`: "/distance", `{` + sides + `"predicate":"within","distance":1}`: "/distance",
		`{` + sides + `"result":"all"}`: "/result", `{` + sides + `"cursor":"?"}`: "/cursor", `{` + sides + `"measures":["median:area"]}`: "/measures/0",
		`{` + sides + `"measures":["sum:name"]}`: "/measures", `{` + sides + `"result":"groups"}`: "/by", `{` + sides + `"result":"groups","by":{"left":"nope"}}`: "/by",
		`{"left":{"layer":"grids","filter":"nope = 1"},"right":{"layer":"buildings"}}`:     "/left/filter",
		`{"left":{"layer":"grids"},"right":{"layer":"buildings","filter":"nope = 1"}}`:     "/right/filter",
		`{"left":{"layer":"grids"},"right":{"layer":"buildings","datetime":"2026-01-01"}}`: "/right/datetime",
		`{"left":{"layer":"grids"}}`: "/right/layer",
	} {
		if p := c.post("", "/api/v1/join", body, 400); p["pointer"] != pointer {
			t.Errorf("%s: %v", body, p)
		}
	}
}

// The count of a difference is the length of its list, on all pages together, and
// the two halves make the whole.
func TestDifferenceOverHTTP(t *testing.T) {
	c := newCity(t, true)
	body := func(more string) string {
		return `{"a":{"layer":"buildings"},"b":{"layer":"cameras","filter":"azimuth = 0"},"distance":1200` + more + `}`
	}
	halves := map[string][]string{}
	for _, keep := range []string{"without", "with"} {
		n := c.post("", "/api/v1/difference", body(`,"keep":"`+keep+`","result":"count"`), 200)
		for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
			page := c.post("", "/api/v1/difference", body(`,"keep":"`+keep+`","limit":3,"cursor":"`+cursor+`"`), 200)
			halves[keep] = append(halves[keep], members(page["features"], "id")...)
			if page["numberMatched"] != n["numberMatched"] {
				t.Errorf("%v on a page, %v counted", page["numberMatched"], n["numberMatched"])
			}
			cursor, _ = page["next"].(string)
		}
		if float64(len(halves[keep])) != n["numberMatched"] || len(halves[keep]) == 0 {
			t.Errorf("%s: %d listed, %v counted", keep, len(halves[keep]), n["numberMatched"])
		}
	}
	camera := at(0, 0.5, 0.3)
	for n := range 16 {
		p := at(n, 0.5, 0.5)
		house := orb.Bound{Min: orb.Point{p[0] - .001, p[1] - .001}, Max: orb.Point{p[0] + .001, p[1] + .001}}
		half := "without"
		if measure.DistanceTo(camera, house) <= 1200 {
			half = "with"
		}
		if !slices.Contains(halves[half], fmt.Sprintf("b%02d", n)) {
			t.Errorf("b%02d is not %s", n, half)
		}
	}
	if len(halves["with"])+len(halves["without"]) != 16 {
		t.Errorf("%v", halves)
	}
	// events began at some time: a window that has none leaves every house without
	window := c.post("", "/api/v1/difference", `{"a":{"layer":"buildings"},"b":{"layer":"events","datetime":"2020-01-01T00:00:00Z/2020-02-01T00:00:00Z"},"distance":5000,"result":"count"}`, 200)
	always := c.post("", "/api/v1/difference", `{"a":{"layer":"buildings"},"b":{"layer":"events"},"distance":5000,"result":"count"}`, 200)
	if always["numberMatched"] != 0.0 {
		t.Errorf("without an event: %v, in the window %v", always, window)
	}
	c.post("", "/api/v1/difference", `{"a":{"layer":"buildings"},"b":{"layer":"persons"},"result":"count"}`, 403)
	if p := c.post("", "/api/v1/difference", body(`,"keep":"both"`), 400); p["pointer"] != "/keep" {
		t.Errorf("keep both: %v", p)
	}
}

func TestCoverageOverHTTP(t *testing.T) {
	c := newCity(t, true)
	body := `{"facilities":{"layer":"cameras"},"residents":{"layer":"buildings"},"weight":"area","metres":1200,"cells":8}`
	got := c.post("", "/api/v1/coverage", body, 200)
	count := func(x any) float64 { return x.(map[string]any)["count"].(float64) }
	with := c.post("", "/api/v1/difference", `{"a":{"layer":"buildings"},"b":{"layer":"cameras"},"distance":1200,"keep":"with","result":"count"}`, 200)
	if count(got["total"]) != 16 || count(got["covered"]) != with["numberMatched"] || got["share"] != count(got["covered"])/16 {
		t.Errorf("%v, with a camera near %v", got, with)
	}
	sum := 0.0
	for _, g := range got["gaps"].([]any) {
		sum += count(g.(map[string]any)["uncovered"])
	}
	if sum != count(got["uncovered"]) || sum+count(got["covered"]) != 16 {
		t.Errorf("the gaps hold %v of %v", sum, got["uncovered"])
	}
	if w := got["total"].(map[string]any)["weight"]; w != 16120.0 {
		t.Errorf("weight %v", w)
	}
	// persons: 30 in the first grid and one in the last, who must not show
	people := c.post("", "/api/v1/coverage", `{"facilities":{"layer":"cameras"},"residents":{"layer":"persons"},"metres":900}`, 200)
	for _, x := range []any{people["total"], people["covered"], people["uncovered"]} {
		if n := x.(map[string]any)["count"]; n != nil && n.(float64) < 10 {
			t.Errorf("few show: %v", people)
		}
	}
	// by the only road: everybody is at most so many minutes from a camera
	slow := c.post("", "/api/v1/coverage", `{"facilities":{"layer":"cameras"},"residents":{"layer":"buildings"},"minutes":10}`, 200)
	fast := c.post("", "/api/v1/coverage", `{"facilities":{"layer":"cameras"},"residents":{"layer":"buildings"},"minutes":10,"mode":"drive"}`, 200)
	if a, b := count(slow["covered"]), count(fast["covered"]); a == 0 || b < a || count(slow["total"]) != 16 {
		t.Errorf("%v on foot and %v by car", a, b)
	}
	for body, pointer := range map[string]string{
		`{"facilities":{"layer":"cameras"},"residents":{"layer":"buildings"}}`:                                 "/metres",
		`{"facilities":{"layer":"cameras"},"residents":{"layer":"buildings"},"metres":1,"minutes":1}`:          "/metres",
		`{"facilities":{"layer":"cameras"},"residents":{"layer":"buildings"},"minutes":0}`:                     "/minutes",
		`{"facilities":{"layer":"cameras"},"residents":{"layer":"buildings"},"minutes":5,"mode":"fly"}`:        "/mode",
		`{"facilities":{"layer":"cameras"},"residents":{"layer":"buildings"},"minutes":5,"roads":"buildings"}`: "/roads",
		`{"facilities":{"layer":"cameras"},"residents":{"layer":"buildings"},"metres":5,"cells":16}`:           "/cells",
		`{"facilities":{"layer":"cameras"},"residents":{"layer":"buildings"},"metres":5,"weight":"name"}`:      "/weight",
		`{"facilities":{"layer":"cameras","filter":"nope = 1"},"residents":{"layer":"buildings"},"metres":5}`:  "/facilities/filter",
	} {
		if p := c.post("", "/api/v1/coverage", body, 400); p["pointer"] != pointer {
			t.Errorf("%s: %v", body, p)
		}
	}
	c.post("", "/api/v1/coverage", `{"facilities":{"layer":"persons"},"residents":{"layer":"buildings"},"metres":5}`, 403)
}

func TestOverlayOverHTTP(t *testing.T) {
	c := newCity(t, true)
	got := c.post("", "/api/v1/overlay", `{"a":{"layer":"grids"},"b":{"layer":"buildings"},"by":{"a":"name","b":"kind"}}`, 200)
	total := got["total"].(map[string]any)
	sum, houses := 0.0, 0.0
	for _, s := range got["shares"].([]any) {
		sum += s.(map[string]any)["area_m2"].(float64)
	}
	for n := range 16 {
		p := at(n, 0.5, 0.5)
		houses += measure.Area(orb.Bound{Min: orb.Point{p[0] - .001, p[1] - .001}, Max: orb.Point{p[0] + .001, p[1] + .001}})
	}
	near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(a+b) }
	if len(got["shares"].([]any)) != 16 || !near(sum, houses) || !near(total["covered_m2"].(float64), sum) ||
		!near(total["covered_m2"].(float64)+total["rest_m2"].(float64), total["area_m2"].(float64)) {
		t.Errorf("the houses have %v m², the shares %v: %v", houses, sum, total)
	}
	drawn := `{"type":"Polygon","coordinates":[[[111.27,30.67],[111.275,30.67],[111.275,30.71],[111.27,30.71],[111.27,30.67]]]}`
	half := c.post("", "/api/v1/overlay", `{"a":{"layer":"buildings"},"geometry":`+drawn+`}`, 200)["total"].(map[string]any)
	if half["features"] != 16.0 || !near(half["covered_m2"].(float64)*8, half["area_m2"].(float64)) && math.Abs(half["covered_m2"].(float64)*8/half["area_m2"].(float64)-1) > 1e-4 {
		t.Errorf("half of four houses of sixteen: %v", half)
	}
	for body, pointer := range map[string]string{
		`{"a":{"layer":"grids"}}`: "/b", `{"a":{"layer":"grids"},"b":{"layer":"buildings"},"geometry":` + drawn + `}`: "/b",
		`{"a":{"layer":"grids"},"b":{"layer":"buildings"},"by":{"b":"nope"}}`: "/by", `{"a":{"layer":"grids"},"geometry":` + drawn + `,"by":{"b":"kind"}}`: "/by",
	} {
		if p := c.post("", "/api/v1/overlay", body, 400); p["pointer"] != pointer {
			t.Errorf("%s: %v", body, p)
		}
	}
	c.post("", "/api/v1/overlay", `{"a":{"layer":"grids"},"b":{"layer":"persons"}}`, 403)
}
