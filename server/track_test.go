package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/audit"
	"wutu/server/auth"
)

// fleet is the test city with a truck, a bus and a worker, whose account is a key's.
type fleet struct {
	*city
	worker string // id of the worker's key
}

func newFleet(t *testing.T) *fleet {
	f := &fleet{city: newCity(t, true)}
	f.key("platform", auth.Spec{Role: layers.API, Layers: []string{"movers"}, Purpose: "车辆平台"})
	f.key("plain", auth.Spec{Role: layers.API})
	f.key("district", auth.Spec{Role: layers.Supervisor, Region: "420502"})
	f.key("inspector", auth.Spec{Role: layers.Supervisor, Layers: []string{"movers", "persons", "roads"}})
	f.key("on foot", auth.Spec{Role: layers.GridWorker})
	f.worker = f.get("on foot", "/api/v1/me", 200)["id"].(string)
	f.apply(feature("movers", "truck", at(0, .1, .1), map[string]any{"kind": "dump_truck", "plate": "岚A·00001", "state": "offline"}),
		feature("movers", "bus", at(3, .5, .5), map[string]any{"kind": "bus", "plate": "岚A·00002"}),
		feature("movers", "worker-1", at(0, .5, .5), map[string]any{"kind": "worker", "name": "周网格", "worker": f.worker}))
	return f
}

// ago is an instant of the last hour.
func ago(minutes float64) time.Time { return now().Add(-time.Duration(minutes * float64(time.Minute))) }

func fixOf(id string, p [2]float64, at time.Time, more ...string) string {
	return fmt.Sprintf(`{"id":%q,"lon":%.7f,"lat":%.7f,"time":%q%s}`, id, p[0], p[1], at.Format(time.RFC3339Nano), strings.Join(more, ""))
}

func (f *fleet) send(role, body string, status int) map[string]any {
	f.t.Helper()
	return f.post(role, "/api/v1/movers/fixes", body, status)
}

func counts(a map[string]any) string {
	return fmt.Sprintf("%v %v %v %v", a["taken"], a["late"], a["known"], a["refused"])
}

func TestFixes(t *testing.T) {
	f := newFleet(t)
	batch := "[" + strings.Join([]string{
		fixOf("truck", at(0, .2, .2), ago(5), `,"speed":36,"heading":90,"accuracy":4`),
		fixOf("truck", at(0, .3, .2), ago(4), `,"speed":36`),
		fixOf("bus", at(3, .6, .5), ago(4)),
		fixOf("truck", at(0, .25, .2), ago(4.5)), // late
		fixOf("truck", at(0, .2, .2), ago(5)),    // again
		fixOf("ghost", at(0, .2, .2), ago(5)),
		fixOf("bus", at(3, .6, .5), now().Add(5*time.Minute)),
		fixOf("bus", at(3, .6, .5), now().Add(-40*24*time.Hour)),
		fixOf("bus", [2]float64{200, 30}, ago(3)),
		`{"id":"bus","lon":111.3,"lat":30.7}`,
		fixOf("bus", at(3, .6, .5), ago(3), `,"colour":"red"`),
		fixOf("bus", at(3, .6, .5), ago(3), `,"heading":400`),
		`{"id":"bus","lon":"x","lat":30.7,"time":0}`,
		`7`,
	}, ",") + "]"
	a := f.send("platform", batch, 200)
	if got := counts(a); got != "3 1 1 9" {
		t.Fatalf("%v", a)
	}
	var faults []string
	for _, e := range a["errors"].([]any) {
		e := e.(map[string]any)
		faults = append(faults, fmt.Sprintf("%v:%v", e["index"], e["field"]))
	}
	if got := strings.Join(faults, " "); got != "5:id 6:time 7:time 8:lon 9:time 10:colour 11:heading 12:lon 13:/" {
		t.Errorf("%s", got)
	}
	// The same again changes nothing.
	if got := counts(f.send("platform", batch, 200)); got != "0 0 5 9" {
		t.Errorf("%s", got)
	}
	// Positions move through the layer as any change does.
	if _, err := f.live.Apply(t.Context(), layers.Batch{}); err != nil {
		t.Fatal(err)
	}
	p := f.get("platform", "/ogc/collections/movers/items/truck", 200)
	props := p["properties"].(map[string]any)
	if xy := p["geometry"].(map[string]any)["coordinates"].([]any); xy[0].(float64) != 111.273 || props["fixed_at"] != ago(4).Format("2006-01-02T15:04:05Z") || props["speed"] != 36.0 || props["state"] != "moving" || props["plate"] != "岚A·00001" {
		t.Errorf("%v %v", xy, props)
	}
	// Lines and tables.
	lines := fixOf("truck", at(0, .4, .2), ago(3)) + "\n\n" + fixOf("truck", at(0, .5, .2), ago(2)) + "\n{\n"
	res, text := f.call("platform", http.MethodPost, "/api/v1/movers/fixes", lines, "Content-Type", "application/x-ndjson")
	if got := counts(f.decode(res, text, "ndjson", 200)); got != "2 0 0 1" {
		t.Errorf("%s", text)
	}
	table := fmt.Sprintf("\uFEFFTime,id,lon,lat,speed\r\n%d,truck,111.2755,30.672,\r\n,truck,1,2,3\r\n%d,bus,x,30.672,1\r\n", ago(1).UnixMilli(), ago(1).UnixMilli())
	res, text = f.call("platform", http.MethodPost, "/api/v1/movers/fixes", table, "Content-Type", "text/csv")
	if got := counts(f.decode(res, text, "csv", 200)); got != "1 0 0 2" {
		t.Errorf("%s", text)
	}
	// Coordinates of the Chinese systems.
	shifted := f.get("", "/api/v1/convert?coords=111.276,30.672&from=wgs84&to=gcj02", 200)["coords"].([]any)[0].([]any)
	gcj := fmt.Sprintf(`[{"id":"truck","lon":%v,"lat":%v,"time":%d}]`, shifted[0], shifted[1], ago(.5).UnixMilli())
	res, text = f.call("platform", http.MethodPost, "/api/v1/movers/fixes?coord=gcj02", gcj)
	f.decode(res, text, "gcj02", 200)
	g := f.get("platform", "/api/v1/movers/truck/track?from="+ago(1.5).Format(time.RFC3339), 200)
	xy := g["geometry"].(map[string]any)["coordinates"].([]any)[1].([]any)
	if dx, dy := xy[0].(float64)-111.276, xy[1].(float64)-30.672; dx*dx+dy*dy > 1e-11 {
		t.Errorf("%v", xy)
	}
	for body, media := range map[string]string{"{}": "application/json", "[1": "application/json", "a,b\n": "text/csv", "id,lon,lat,time,id\n": "text/csv"} {
		if res, text := f.call("platform", http.MethodPost, "/api/v1/movers/fixes", body, "Content-Type", media); res.StatusCode != 400 {
			t.Errorf("%q: %d %s", body, res.StatusCode, text)
		}
	}
	res, text = f.call("platform", http.MethodPost, "/api/v1/movers/fixes?layer=buildings", "[]")
	if res.StatusCode != 404 { // the key does not name it
		t.Errorf("%d %s", res.StatusCode, text)
	}
	if res, text := f.call("planner", http.MethodPost, "/api/v1/movers/fixes?layer=buildings", "[]"); res.StatusCode != 400 {
		t.Errorf("%d %s", res.StatusCode, text)
	}
}

// Who may send: those who may edit the layer, and workers of themselves; nobody beyond
// their region, and nobody what they do not see.
func TestWhoSendsFixes(t *testing.T) {
	f := newFleet(t)
	one := func(id string, p [2]float64, at time.Time) string { return "[" + fixOf(id, p, at) + "]" }
	for role, status := range map[string]int{"planner": 403, "dispatcher": 403, "public": 403, "plain": 403, "sysadmin": 404} {
		if role == "public" {
			status = 404
		}
		f.send(role, one("truck", at(0, .5, .5), ago(1)), status)
	}
	if got := counts(f.send("on foot", "["+fixOf("worker-1", at(1, .5, .5), ago(2))+","+fixOf("truck", at(1, .5, .5), ago(2))+"]", 200)); got != "1 0 0 1" {
		t.Errorf("a worker moved %s", got)
	}
	f.send("on foot", one("truck", at(0, .5, .5), ago(1)), 403)
	f.key("west", auth.Spec{Role: layers.API, Layers: []string{"movers"}, Region: "420502"})
	a := f.send("west", "["+fixOf("truck", at(1, .5, .5), ago(2))+","+fixOf("truck", at(3, .5, .5), ago(1))+","+fixOf("bus", at(0, .5, .5), ago(1))+"]", 200)
	if got := counts(a); got != "1 0 0 2" {
		t.Errorf("%v", a)
	}
	// Objects are made when the settings say so.
	f.call("supervisor", http.MethodPut, "/api/v1/movers/settings", `{"create":true}`)
	a = f.send("platform", "["+fixOf("bike-7", at(2, .5, .5), ago(1))+","+fixOf("bike-7", at(2, .6, .5), ago(.5))+"]", 200)
	if got := counts(a); got != "2 0 0 0" || fmt.Sprint(a["made"]) != "[bike-7]" {
		t.Errorf("%v", a)
	}
	f.get("platform", "/ogc/collections/movers/items/bike-7", 200)
}

func TestTrackSettings(t *testing.T) {
	f := newFleet(t)
	put := func(role, body string, status int) map[string]any {
		t.Helper()
		res, text := f.call(role, http.MethodPut, "/api/v1/movers/settings", body)
		return f.decode(res, text, "settings", status)
	}
	if s := f.get("planner", "/api/v1/movers/settings", 200); s["keep_days"] != 30.0 || s["personal_keep_days"] != 7.0 {
		t.Errorf("%v", s)
	}
	put("planner", `{}`, 403)
	for _, bad := range []string{`{"keep_days":-1}`, `{"ahead_s":9999}`, `{"layer":"devices"}`, `{"more":1}`} {
		put("supervisor", bad, 400)
	}
	put("supervisor", `{"keep_days":10,"personal_keep_days":2,"ahead_s":600}`, 200)
	if s := f.get("planner", "/api/v1/movers/settings", 200); s["keep_days"] != 10.0 || s["ahead_s"] != 600.0 {
		t.Errorf("%v", s)
	}
	// What is older is refused, and what becomes older goes.
	for role, sent := range map[string]string{
		"platform": fixOf("truck", at(0, .2, .2), now().Add(-11*24*time.Hour)) + "," + fixOf("truck", at(0, .2, .2), now().Add(-9*24*time.Hour)),
		"on foot":  fixOf("worker-1", at(0, .2, .2), now().Add(-3*24*time.Hour)) + "," + fixOf("worker-1", at(0, .2, .2), now().Add(-24*time.Hour)),
	} {
		if got := counts(f.send(role, "["+sent+"]", 200)); got != "1 0 0 1" {
			t.Errorf("%s", got)
		}
	}
	n := func(id string) float64 {
		t.Helper()
		q := "?purpose=x&from=" + now().Add(-30*24*time.Hour).Format(time.RFC3339)
		return f.get("inspector", "/api/v1/movers/"+id+"/track"+q, 200)["properties"].(map[string]any)["fixes"].(float64)
	}
	if n("truck") != 1 || n("worker-1") != 1 {
		t.Errorf("%v %v", n("truck"), n("worker-1"))
	}
	f.clock.Store(int64(36 * time.Hour))
	if err := f.program.Tracks().Expire(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.clock.Store(0)
	if n("truck") != 0 || n("worker-1") != 0 {
		t.Errorf("left: %v %v", n("truck"), n("worker-1"))
	}
}

// A track shows what the layer would have shown at each fix; those of persons to the
// cleared, for a purpose, and the trail knows.
func TestWhoSeesTracks(t *testing.T) {
	f := newFleet(t)
	var batch, own []string
	for i := range 40 { // from district to district and back
		x := float64(i) / 10
		if i >= 20 {
			x = 4 - x
		}
		x += 0.55 // off the borders
		p := [2]float64{west + (1+x)*cellDeg, south + .5*cellDeg}
		batch, own = append(batch, fixOf("truck", p, ago(50-float64(i)))), append(own, fixOf("worker-1", p, ago(50-float64(i))))
	}
	f.send("on foot", "["+strings.Join(own, ",")+"]", 200)
	f.send("platform", "["+strings.Join(batch, ",")+"]", 200)
	fixes := func(role, id, query string, status int) string {
		t.Helper()
		g := f.get(role, "/api/v1/movers/"+id+"/track?"+query, status)
		if status != 200 {
			return ""
		}
		kind := "none"
		if geometry, ok := g["geometry"].(map[string]any); ok {
			kind = geometry["type"].(string)
		}
		return fmt.Sprint(g["properties"].(map[string]any)["fixes"], " ", kind)
	}
	for _, x := range []struct {
		role, id, query string
		status          int
		want            string
	}{
		{"planner", "truck", "", 200, "40 LineString"},
		{"planner", "truck", "from=" + ago(20.5).Format(time.RFC3339), 200, "10 LineString"},
		{"planner", "truck", "from=" + ago(120).Format(time.RFC3339) + "&to=" + ago(60).Format(time.RFC3339), 200, "0 none"},
		{"district", "truck", "", 200, "9 MultiLineString"}, // inside
		{"public", "truck", "", 404, ""},
		{"planner", "worker-1", "", 404, ""},             // whom planners do not see
		{"supervisor", "worker-1", "purpose=x", 403, ""}, // sees where, and may not see where from
		{"inspector", "worker-1", "", 400, ""},           // what for?
		{"inspector", "worker-1", "purpose=%E8%B0%83%E6%9F%A5", 200, "40 LineString"},
		{"platform", "worker-1", "", 404, ""},             // whom services do not see
		{"on foot", "worker-1", "", 200, "40 LineString"}, // its own
		{"planner", "nobody", "", 404, ""},
		{"planner", "truck", "from=2020-01-01T00:00:00Z", 422, ""},
		{"planner", "truck", "from=" + ago(10).Format(time.RFC3339) + "&to=" + ago(20).Format(time.RFC3339), 400, ""},
	} {
		if got := fixes(x.role, x.id, x.query, x.status); got != x.want {
			t.Errorf("%s of %s %s: %q, want %q", x.role, x.id, x.query, got, x.want)
		}
	}
	visits := func(role, more string) string {
		a := f.post(role, "/api/v1/movers/visits", `{"area":"420502"`+more+`}`, 200)
		var out []string
		for _, v := range a["visits"].([]any) {
			v := v.(map[string]any)
			out = append(out, fmt.Sprintf("%v %v", v["id"], v["fixes"]))
		}
		return fmt.Sprint(a["objects"], a["persons"], out)
	}
	for _, x := range []struct{ role, more, want string }{
		{"planner", "", "1 false [truck 5 truck 4]"},
		{"inspector", "", "1 false [truck 5 truck 4]"},
		{"inspector", `,"purpose":"调查"`, "2 true [truck 5 truck 4 worker-1 5 worker-1 4]"},
		{"inspector", `,"purpose":"调查","filter":"kind = 'worker'"`, "1 true [worker-1 5 worker-1 4]"},
		{"on foot", "", "2 false [truck 5 truck 4 worker-1 5 worker-1 4]"},
		{"planner", `,"movers":["worker-1","bus"]`, "0 false []"},
	} {
		if got := visits(x.role, x.more); got != x.want {
			t.Errorf("%s%s: %s, want %s", x.role, x.more, got, x.want)
		}
	}
	f.post("planner", "/api/v1/movers/visits", `{"area":"420502","filter":"name = '周网格'"}`, 403)
	f.post("planner", "/api/v1/movers/visits", `{}`, 400)
	f.post("planner", "/api/v1/movers/visits", `{"area":"nowhere"}`, 404)
	found := false
	for deadline := time.Now().Add(5 * time.Second); !found && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) { // the recorder writes five times a second
		for l, err := range f.store.Audit(t.Context(), audit.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			found = found || l.Action == "read.track" && l.Object == "movers" && l.Rows == 40 && strings.Contains(l.Filter, "worker-1") && strings.Contains(l.Filter, "purpose: 调查")
		}
	}
	if !found {
		t.Error("the trail does not know of the track of a person")
	}
}

// Forms of a track, stays and ways, and what of a road was visited.
func TestTracksAreTold(t *testing.T) {
	f := newFleet(t)
	var batch []string
	minute := 0.0
	add := func(x, y float64) {
		batch = append(batch, fixOf("truck", [2]float64{west + x*cellDeg, south + y*cellDeg}, ago(55-minute), `,"speed":20`))
		minute += .5
	}
	for i := range 10 { // along the road
		add(.2*float64(i), .5)
	}
	for range 20 { // ten minutes at its middle
		add(2, .5)
	}
	for i := range 10 { // away from it
		add(2, .5+.1*float64(i))
	}
	f.send("platform", "["+strings.Join(batch, ",")+"]", 200)
	base := "/api/v1/movers/truck/"
	g := f.get("planner", base+"track", 200)
	props := g["properties"].(map[string]any)
	of := props["coordinateProperties"].(map[string]any)
	if n := len(g["geometry"].(map[string]any)["coordinates"].([]any)); n != 40 || len(of["times"].([]any)) != n || len(of["speed"].([]any)) != n || of["heading"] != nil {
		t.Errorf("%d %v", n, of)
	}
	if g := f.get("planner", base+"track?simplify=5", 200); len(g["geometry"].(map[string]any)["coordinates"].([]any)) != 3 {
		t.Errorf("%v", g["geometry"])
	}
	if m := f.get("planner", base+"track?f=mf", 200)["temporalGeometry"].(map[string]any); m["type"] != "MovingPoint" || len(m["datetimes"].([]any)) != 40 {
		t.Errorf("%v", m)
	}
	_, text := f.call("planner", http.MethodGet, base+"track?f=csv", nil)
	if lines := strings.Split(text, "\r\n"); len(lines) != 42 || lines[1] != ago(55).Format(time.RFC3339)+",111.27,30.675,,20,,1" {
		t.Errorf("%q", text)
	}
	s := f.get("planner", base+"stops?least=300&radius=30", 200)["stops"].([]any)
	if len(s) != 1 || s[0].(map[string]any)["seconds"] != 600.0 || s[0].(map[string]any)["fixes"] != 21.0 {
		t.Errorf("%v", s)
	}
	a := f.get("planner", base+"trips?least=300&radius=30&length=100", 200)
	if trips := a["trips"].([]any); len(trips) != 2 || len(a["stops"].([]any)) != 1 || trips[0].(map[string]any)["fixes"] != 11.0 {
		t.Errorf("%v", a)
	}
	ask := func(body string, status int) map[string]any {
		t.Helper()
		return f.post("planner", "/api/v1/movers/coverage", body, status)
	}
	c := ask(`{"of":{"layer":"roads"},"each":true,"list":true}`, 200)
	if share := c["share"].(float64); share < .5 || share > .52 || c["unit"] != "m" || len(c["movers"].([]any)) != 1 || len(c["features"].([]any)) != 1 {
		t.Errorf("%v", c)
	}
	c = ask(`{"of":{"layer":"grids"},"margin":1,"list":true}`, 200)
	if c["visited"] != 5.0 || c["total"] != 16.0 { // the road ends on the border of grids 1 and 2, and the way on goes along it
		t.Errorf("%v", c)
	}
	c = ask(`{"of":{"area":"`+gridID(0)+`"},"margin":30}`, 200)
	if x := c["share"].(float64); c["unit"] != "cells" || x <= 0 || x > .2 {
		t.Errorf("%v", c)
	}
	if c := ask(`{"of":{"layer":"roads","filter":"name = 'none'"}}`, 200); c["share"] != nil || c["total"] != 0.0 {
		t.Errorf("%v", c)
	}
	for _, bad := range []string{`{}`, `{"of":{}}`, `{"of":{"layer":"roads"},"margin":-1}`, `{"of":{"layer":"roads","cells":9}}`, `{"of":{"area":"420502","cells":15}}`, `{"of":{"layer":"roads"},"gap":601}`} {
		ask(bad, 400)
	}
	ask(`{"of":{"layer":"persons"}}`, 403)
}
