package server_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"wutu/layers"
)

// Groups by several keys add up to those by fewer, down to the whole; hexagons,
// areas, boxes and lists count the same features.
func TestStatisticsAddUp(t *testing.T) {
	c := newCity(t, true)
	ask := func(body string) []map[string]any {
		t.Helper()
		var out []map[string]any
		for _, g := range c.post("", "/api/v1/stats", `{"layers":["buildings"],`+body+`}`, 200)["groups"].([]any) {
			out = append(out, g.(map[string]any))
		}
		return out
	}
	total := func(groups []map[string]any, key func(map[string]any) string) (counts, areas map[string]float64) {
		counts, areas = map[string]float64{}, map[string]float64{}
		for _, g := range groups {
			counts[key(g)] += g["count"].(float64)
			areas[key(g)] += g["measures"].(map[string]any)["sum:area"].(float64)
		}
		return counts, areas
	}
	const measures = `,"measures":["count","sum:area","median:height","distinct:name","histogram:3:floors","min:year"]`
	part := func(g map[string]any, i int) string { return g["keys"].([]any)[i].(map[string]any)["key"].(string) }
	levels := []string{"district", "street", "community", "grid", "h3:9"}
	for i := range levels[1:] {
		by := fmt.Sprintf(`"by":["%s","%s"]%s`, levels[i], levels[i+1], `,"measures":["sum:area"]`)
		both := ask(by)
		for j, level := range levels[i : i+2] {
			want, wantArea := total(ask(`"by":"`+level+`","measures":["sum:area"]`), func(g map[string]any) string { return g["key"].(string) })
			got, gotArea := total(both, func(g map[string]any) string { return part(g, j) })
			if fmt.Sprint(got) != fmt.Sprint(want) || fmt.Sprint(gotArea) != fmt.Sprint(wantArea) {
				t.Errorf("%s: by %s it is %v %v, alone %v %v", by, level, got, gotArea, want, wantArea)
			}
		}
		if i < 3 { // areas nest: each child has one parent
			parents := map[string]string{}
			for _, g := range both {
				if p, ok := parents[part(g, 1)]; ok && p != part(g, 0) {
					t.Errorf("%s lies in %s and %s", part(g, 1), p, part(g, 0))
				}
				parents[part(g, 1)] = part(g, 0)
			}
		}
	}
	whole := ask(`"by":"none"` + measures)
	if len(whole) != 1 || whole[0]["key"] != "" || whole[0]["count"] != 16.0 {
		t.Fatalf("the whole: %v", whole)
	}
	m := whole[0]["measures"].(map[string]any)
	bins := m["histogram:3:floors"].(map[string]any)
	if m["count"] != 16.0 || m["sum:area"] != 16*1000+120.0 || m["median:height"] != 18.0 || m["distinct:name"] != 16.0 || len(bins["edges"].([]any)) != 2 || bins["counts"].([]any)[0] != 16.0 {
		t.Errorf("the whole: %v", m)
	}
	// The same place asked for in four ways.
	const box = `[111.272,30.672,111.296,30.688]`
	const ring = `{"type":"Polygon","coordinates":[[[111.272,30.672],[111.296,30.672],[111.296,30.688],[111.272,30.688],[111.272,30.672]]]}`
	list := c.get("", "/ogc/collections/buildings/items?bbox=111.272,30.672,111.296,30.688&limit=100", 200)
	for _, body := range []string{`"bbox":` + box, `"geometry":` + ring, `"geometry":` + ring + `,"predicate":"intersects"`,
		`"filter":"S_INTERSECTS(geometry, BBOX(111.272,30.672,111.296,30.688))"`,
		`"filter":{"op":"s_intersects","args":[{"property":"geometry"},` + ring + `]}`} {
		if n := ask(body); len(n) != 1 || n[0]["count"] != list["numberMatched"] {
			t.Errorf("%s: %v, listed %v", body, n, list["numberMatched"])
		}
	}
	if far, near := ask(`"geometry":{"type":"Point","coordinates":[111.275,30.675]},"buffer":1500`), ask(`"geometry":{"type":"Point","coordinates":[111.275,30.675]},"buffer":1`); len(near) != 1 ||
		far[0]["count"].(float64) <= near[0]["count"].(float64) {
		t.Errorf("a buffer counts %v and %v", far, near)
	}
	if outside := ask(`"geometry":` + ring + `,"predicate":"disjoint"`); outside[0]["count"].(float64)+list["numberMatched"].(float64) != 16 {
		t.Errorf("disjoint: %v", outside)
	}
}

// Units of time are those of the city's clock, whichever instant they are asked
// of; the past is counted as it was.
func TestStatisticsByTime(t *testing.T) {
	c := newCity(t, true)
	midnight := time.Date(2026, 11, 10, 16, 0, 0, 0, time.UTC) // in China
	for i, at := range []time.Time{midnight.Add(-time.Microsecond), midnight, midnight.Add(23 * time.Hour)} {
		c.apply(feature("events", fmt.Sprintf("te%d", i), gridMiddle, map[string]any{"case_no": fmt.Sprint("te", i), "class": "1105", "state": "filed", "reported_at": at, "due_at": at.Add(time.Hour)}))
	}
	groups := c.post("", "/api/v1/stats", `{"layers":["events"],"filter":"class = '1105'","by":"time:reported_at:day","measures":["max:due_at"]}`, 200)["groups"].([]any)
	want := []struct {
		key, from, last string
		n               float64
	}{{"2026-11-10", "2026-11-10T00:00:00+08:00", "2026-11-11T00:59:59.999999+08:00", 1}, {"2026-11-11", "2026-11-11T00:00:00+08:00", "2026-11-12T00:00:00+08:00", 2}}
	if len(groups) != len(want) {
		t.Fatalf("%v", groups)
	}
	for i, g := range groups {
		g := g.(map[string]any)
		if w := want[i]; g["key"] != w.key || g["from"] != w.from || g["count"] != w.n || g["measures"].(map[string]any)["max:due_at"] != w.last {
			t.Errorf("%v, want %+v", g, w)
		}
	}
}

var gridMiddle = at(5, 0.5, 0.5)

// Sums do not depend on the order in which features came: the same bytes from a
// server that read them otherwise.
func TestSumsAreTheSameBytes(t *testing.T) {
	var bodies []string
	for turn := range 3 {
		c := newCity(t, true)
		var changes []layers.Change
		for i := range 60 {
			j := (i*[]int{7, 11, 13}[turn] + turn) % 60 // ids give the order in which rows are read
			changes = append(changes, feature("buildings", fmt.Sprintf("sum%02d", i), square(float64(j%4), float64(j/4%4), .2, .2)[0],
				map[string]any{"code": fmt.Sprint("SUM", j), "name": "楼", "area": 0.1 + 1e6*math.Sin(float64(j)), "height": 3.3 * float64(j)}))
		}
		for _, one := range changes {
			c.apply(one)
		}
		_, body := c.call("", "POST", "/api/v1/stats", `{"layers":["buildings"],"by":["district","h3:8"],"measures":["sum:area","mean:area","sum:height"]}`)
		bodies = append(bodies, body)
	}
	if bodies[0] != bodies[1] || bodies[1] != bodies[2] {
		t.Errorf("the order of features shows:\n%s\n%s\n%s", bodies[0], bodies[1], bodies[2])
	}
}
