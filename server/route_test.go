package server_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/model"
	"wutu/server/auth"
)

// streets lays a street on every border of the grids but the city's own road, 30
// km/h, and on one of them a one-way sign.
func streets(c *city) {
	corner := func(x, y int) orb.Point {
		return orb.Point{math.Round((west+float64(x)*cellDeg)*1e7) / 1e7, math.Round((south+float64(y)*cellDeg)*1e7) / 1e7}
	}
	var changes []layers.Change
	for i := range 5 {
		for j := range 4 {
			changes = append(changes,
				feature("roads", fmt.Sprintf("h-%d-%d", i, j), orb.LineString{corner(j, i), corner(j+1, i)}, map[string]any{"name": fmt.Sprintf("第%d横街", i), "class": "residential"}),
				feature("roads", fmt.Sprintf("v-%d-%d", i, j), orb.LineString{corner(i, j), corner(i, j+1)}, map[string]any{"name": fmt.Sprintf("第%d纵街", i), "class": "residential"}))
		}
	}
	changes = append(changes, layers.Change{Op: layers.Delete, Layer: "roads", ID: "road-1"})
	oneway := feature("roads", "v-0-0", orb.LineString{corner(0, 0), corner(0, 1)}, map[string]any{"name": "第0纵街", "class": "residential"})
	for i, f := range model.Lookup("roads").Fields {
		if f.Name == "oneway" {
			oneway.Feature.Values[i] = layers.Bool(true)
		}
	}
	c.apply(append(changes, oneway)...)
}

func way(a, b orb.Point, more string) string {
	return fmt.Sprintf("/api/v1/route?from=%.7f,%.7f&to=%.7f,%.7f%s", a[0], a[1], b[0], b[1], more)
}

// A way has its time, length, course and roads; a one-way street is a detour one way.
func TestWay(t *testing.T) {
	c := newCity(t, true)
	streets(c)
	a, b := at(0, 0, .1), at(0, 0, .9) // on the one-way street, which leads north
	north := c.get("planner", way(a, b, ""), 200)
	metres := measure.Distance(a, b)
	p := north["properties"].(map[string]any)
	if got := p["metres"].(float64); math.Abs(got-metres) > .2 {
		t.Errorf("%v m, want %v", got, metres)
	}
	if got, want := p["seconds"].(float64), metres/(30*.75/3.6); math.Abs(got-want) > .2 {
		t.Errorf("%v s, want %v", got, want)
	}
	if roads := p["roads"].([]any); len(roads) != 1 || roads[0].(map[string]any)["name"] != "第0纵街" {
		t.Errorf("roads: %v", roads)
	}
	line := north["geometry"].(map[string]any)["coordinates"].([]any)
	if first := line[0].([]any); math.Abs(first[0].(float64)-a[0])+math.Abs(first[1].(float64)-a[1]) > 1e-7 {
		t.Errorf("the way starts at %v", first)
	}
	south := c.get("planner", way(b, a, ""), 200)["properties"].(map[string]any)
	if got := south["metres"].(float64); got < 3*metres {
		t.Errorf("against the sign it is %v m", got)
	}
	if names := len(south["roads"].([]any)); names < 4 {
		t.Errorf("the detour uses %d roads", names)
	}
	walk := c.get("planner", way(b, a, "&mode=walk"), 200)["properties"].(map[string]any)
	if got, want := walk["seconds"].(float64), metres/(4.8/3.6); math.Abs(got-want) > .2 {
		t.Errorf("on foot %v s, want %v", got, want)
	}
	c.apply(layers.Change{Op: layers.Delete, Layer: "roads", ID: "v-0-0"})
	if got := c.get("planner", way(a, b, ""), 200)["properties"].(map[string]any)["metres"].(float64); got < 1.5*metres {
		t.Errorf("after the street was given up: %v m", got)
	}
}

// Requests that cannot be answered say which parameter is at fault.
func TestWayProblems(t *testing.T) {
	c := newCity(t, true)
	streets(c)
	a, b := at(0, 0, .1), at(10, 1, .5)
	for _, tt := range []struct {
		path, parameter string
		status          int
	}{
		{way(a, orb.Point{112, 31}, ""), "to", 400},
		{way(orb.Point{112, 31}, b, ""), "from", 400},
		{"/api/v1/route?from=1,2,3&to=111.28,30.68", "from", 400},
		{"/api/v1/route?from=111.28&to=111.28,30.68", "from", 400},
		{"/api/v1/route?from=NaN,30&to=111.28,30.68", "from", 400},
		{"/api/v1/route?from=111.28,30.68", "to", 400},
		{way(a, b, "&mode=fly"), "mode", 400},
		{way(a, b, "&roads=buildings"), "roads", 400},
		{way(a, b, "&roads=nothing"), "", 404},
		{way(a, b, "&max_minutes=1000"), "max_minutes", 400},
		{way(a, b, "&max_minutes=0.2"), "", 404},
		{"/api/v1/isochrone?lon=111.28&lat=30.68&minutes=5,,6", "minutes", 400},
		{"/api/v1/isochrone?lon=111.28&lat=30.68&minutes=0", "minutes", 400},
		{"/api/v1/isochrone?lon=111.28&lat=30.68&minutes=1,2,3,4,5,6,7,8,9", "minutes", 400},
		{"/api/v1/isochrone?lon=112&lat=31", "lon", 400},
		{"/api/v1/route/nearest?lon=111.28&lat=30.68&layer=nothing", "", 404},
		{"/api/v1/route/nearest?lon=111.28&lat=30.68&layer=persons", "", 403},
		{"/api/v1/route/nearest?lon=111.28&lat=30.68&layer=sites&k=1000", "k", 400},
		{"/api/v1/route/nearest?lon=111.28&lat=30.68&layer=buildings&filter=nothing%3D1", "filter", 400},
		{"/api/v1/events/nobody/candidates", "", 404},
		{"/api/v1/events/2026111542050200001/candidates?kind=ship", "kind", 400},
	} {
		p := c.get("planner", tt.path, tt.status)
		if got, _ := p["parameter"].(string); got != tt.parameter {
			t.Errorf("%s: the parameter is %q: %v", tt.path, got, p)
		}
	}
}

// The isochrones of less time lie within those of more; the nearest buildings by
// minutes are not the nearest in a straight line.
func TestReachAndNearest(t *testing.T) {
	c := newCity(t, true)
	streets(c)
	p := at(5, 0, 0)
	found := c.get("planner", fmt.Sprintf("/api/v1/isochrone?lon=%v&lat=%v&minutes=4,2,2&mode=walk", p[0], p[1]), 200)["features"].([]any)
	if len(found) != 2 {
		t.Fatalf("%d isochrones", len(found))
	}
	var minutes, areas []float64
	for _, f := range found {
		q := f.(map[string]any)["properties"].(map[string]any)
		minutes, areas = append(minutes, q["minutes"].(float64)), append(areas, q["area_m2"].(float64))
	}
	if !slices.Equal(minutes, []float64{2, 4}) || !(0 < areas[0] && areas[0] < areas[1]) {
		t.Errorf("minutes %v, areas %v", minutes, areas)
	}
	// Across the one-way street, from its northern end: driving south is a detour.
	q := at(0, 0, .9)
	hits := c.get("planner", fmt.Sprintf("/api/v1/route/nearest?layer=components&lon=%v&lat=%v&k=3", q[0], q[1]), 200)
	got := ids(hits)
	if len(got) != 3 || hits["numberReturned"] != 3.0 {
		t.Fatalf("%v", got)
	}
	last := 0.0
	for _, f := range hits["features"].([]any) {
		s := f.(map[string]any)["seconds"].(float64)
		if s < last || f.(map[string]any)["metres"].(float64) <= 0 {
			t.Errorf("%v after %v s", f, last)
		}
		last = s
	}
}

func person(c *city, id string, p orb.Point, v map[string]any) {
	v["kind"] = "worker"
	ch := feature("movers", id, p, v)
	for i, f := range model.Lookup("movers").Fields {
		if f.Name == "on_duty" {
			ch.Feature.Values[i] = layers.Bool(v["speed"] != 99.0)
		}
	}
	c.apply(ch)
}

// Candidates are ranked by time, duty, load and grid, each with its reasons; the
// subject sees names as the policy says, and counts only the tasks it may see.
func TestCandidates(t *testing.T) {
	c := newCity(t, true)
	streets(c)
	g := feature("grids", gridID(0), square(0, 0, 1, 1), map[string]any{"code": gridID(0), "name": "第0网格", "worker": "W-own"})
	c.apply(g)
	event := at(0, .5, .39)
	person(c, "W-own", at(0, .1, 0), map[string]any{"plate": "W-own", "worker": "W-own", "name": "周网格", "state": "idle", "fixed_at": now().Add(-time.Minute)})
	person(c, "W-near", at(0, .5, 0), map[string]any{"plate": "W-near", "worker": "acc-near", "name": "吴网格", "state": "idle", "fixed_at": now().Add(-time.Minute)})
	person(c, "W-off", at(0, .5, .1), map[string]any{"plate": "W-off", "worker": "W-off", "name": "郑网格", "state": "offline", "speed": 99.0, "fixed_at": now().Add(-5 * time.Hour)})
	for i := range 3 {
		id := fmt.Sprintf("202611154205020001%d", i)
		c.apply(feature("events", id, at(9, .5, .5), map[string]any{"case_no": id, "class": "1102", "state": "handling", "worker": "acc-near"}))
	}
	c.apply(feature("events", "20261115420502000099", event, map[string]any{"case_no": "20261115420502000099", "class": "1102", "state": "accepted", "grid": gridID(0)}))
	path := "/api/v1/events/20261115420502000099/candidates"
	out := c.get("dispatcher", path, 200)
	var order []string
	for _, x := range out["candidates"].([]any) {
		k := x.(map[string]any)
		order = append(order, fmt.Sprint(k["id"], " ", k["load"], " ", k["on_duty"], " ", k["worker"]))
		if len(k["reasons"].([]any)) < 5 || k["seconds"].(float64) <= 0 {
			t.Errorf("%v", k)
		}
	}
	if got := strings.Join(order, "; "); got != "W-own 0 true W-own; W-near 3 true acc-near; W-off 0 false W-off" {
		t.Errorf("%s", got)
	}
	if out["proposal"] != "W-own" {
		t.Errorf("proposed: %v", out["proposal"])
	}
	if all := fmt.Sprint(out); strings.Contains(all, "周网格") || strings.Contains(all, "吴网格") {
		t.Errorf("names are personal: %v", all)
	}
	// Somebody bound to an area sees nobody outside, nor their tasks.
	secret, _, err := auth.NewKey(t.Context(), c.store, auth.Spec{Role: layers.Dispatcher, Region: gridID(0)}, &layers.Subject{ID: "test"}, now(), rand.NewChaCha8([32]byte{9}))
	if err != nil {
		t.Fatal(err)
	}
	c.keys["local"] = secret
	person(c, "W-far", at(1, .5, .5), map[string]any{"plate": "W-far", "state": "idle", "fixed_at": now()})
	for _, x := range c.get("local", path, 200)["candidates"].([]any) {
		k := x.(map[string]any)
		if k["id"] == "W-far" || k["id"] == "W-near" && k["load"] != 0.0 {
			t.Errorf("of what the subject may not see: %v", k)
		}
	}
	c.get("local", strings.Replace(path, "20261115420502000099", "2026111542050200010", 1), 404)
	c.apply(mover("truck", at(0, .5, .2), 0))
	if got := c.get("dispatcher", path+"?kind=vehicle", 200)["candidates"].([]any); len(got) != 0 {
		t.Errorf("a mover of no kind: %v", got)
	}
	if got := c.get("dispatcher", path+"?kind=resource&kinds=lamp&k=2", 200)["candidates"].([]any); len(got) != 2 || got[0].(map[string]any)["layer"] != "components" {
		t.Errorf("resources: %v", got)
	}
}

// Ways are for those who may see all roads, whole.
func TestWaysObeyAccess(t *testing.T) {
	c := newCity(t, true)
	streets(c)
	key := func(name string, spec auth.Spec) {
		secret, _, err := auth.NewKey(t.Context(), c.store, spec, &layers.Subject{ID: "test"}, now(), rand.NewChaCha8([32]byte{byte(len(c.keys))}))
		if err != nil {
			t.Fatal(err)
		}
		c.keys[name] = secret
	}
	key("narrow", auth.Spec{Role: layers.API, Layers: []string{"components"}})
	path := way(at(0, 0, .1), at(5, 0, .5), "")
	c.get("narrow", path, 404)
	c.get("narrow", "/api/v1/route/nearest?layer=components&lon=111.28&lat=30.68", 404)
	c.get("narrow", "/api/v1/isochrone?lon=111.28&lat=30.68", 404)
	// A policy that shows some roads, or hides what ways depend on.
	c.get("planner", path, 200)
	for name, line := range map[string]layers.Grant{
		"some roads":    {ID: "some", Layers: []string{"roads"}, Mode: layers.GrantList, Filter: "name <> '第3横街'"},
		"without signs": {ID: "signs", Layers: []string{"roads"}, Mode: layers.GrantList, Hide: []string{"oneway"}},
		"no roads":      {ID: "none", Layers: []string{"roads"}, Mode: layers.GrantHidden},
		"no names":      {ID: "names", Layers: []string{"roads"}, Mode: layers.GrantList, Hide: []string{"name"}},
	} {
		data, err := json.Marshal(auth.Policy{Version: 1, Grants: append([]layers.Grant{line}, access.Standard()...)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.store.Apply(t.Context(), layers.Batch{Records: []layers.Record{{Bucket: auth.PolicyBucket, Key: "policy", Data: data}}}); err != nil {
			t.Fatal(err)
		}
		c.clock.Add(int64(time.Hour)) // the policy is read again after a while
		want := map[string]int{"some roads": 403, "without signs": 403, "no roads": 404, "no names": 200}[name]
		got := c.get("planner", path, want)
		if text := fmt.Sprint(got); strings.Contains(text, "街") {
			t.Errorf("%s: %v", name, text)
		}
	}
}
