package server_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"wutu/geo/crs"
	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/model"
)

// scatter fills the test city with things that locate looks for around a place.
func scatter(rng *rand.Rand) []layers.Change {
	var out []layers.Change
	spot := func() orb.Point { return orb.Point{west + rng.Float64()*0.012, south + rng.Float64()*0.012} }
	box := func(p orb.Point, size float64) orb.Polygon {
		w, h := size*rng.Float64(), size*rng.Float64()
		return orb.Polygon{{p, {p[0] + w, p[1]}, {p[0] + w, p[1] + h}, {p[0], p[1] + h}, p}}
	}
	for i := range 150 {
		id := fmt.Sprintf("%03d", i)
		p := spot()
		out = append(out, feature("addresses", "xa"+id, spot(), map[string]any{"code": "XA" + id, "text": "门牌" + id}),
			feature("buildings", "xb"+id, box(spot(), 0.0004), map[string]any{"code": "XB" + id, "name": "楼" + id}),
			feature("parcels", "xp"+id, box(spot(), 0.002), map[string]any{"code": "XP" + id}),
			feature("components", "xc"+id, p, map[string]any{"code": "XC" + id, "kind": "lamp"}),
			feature("events", "xe"+id, spot(), map[string]any{"case_no": "XE" + id, "class": "1102",
				"state": []string{"filed", "handling", "suspended", "closed", "archived", "rejected", "merged", "withdrawn"}[rng.IntN(8)]}))
		if i%3 == 0 {
			out = append(out, feature("components", "xl"+id, spot(), map[string]any{"code": "XL" + id, "kind": "guardrail"}))
		}
		camera := map[string]any{"name": "摄像机" + id}
		for name, value := range map[string]float64{"azimuth": rng.Float64() * 360, "fov": 20 + rng.Float64()*340, "range": 20 + rng.Float64()*780} {
			if rng.IntN(9) > 0 {
				camera[name] = value
			}
		}
		out = append(out, feature("cameras", "xk"+id, spot(), camera))
	}
	for i := range 6 {
		out = append(out, feature("departments", fmt.Sprintf("xd%d", i), box(spot(), 0.012), map[string]any{"code": fmt.Sprintf("xd%d", i), "name": "所", "kind": "lighting", "duties": "1102 1103"}))
	}
	return out
}

type located struct {
	ID       string  `json:"id"`
	Kind     string  `json:"kind"`
	Distance float64 `json:"distance"`
}

// Every list of locate is what a walk over all features finds.
func TestLocateAgainstBruteForce(t *testing.T) {
	c := newCity(t, true)
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 1))
	c.apply(scatter(rng)...)
	all := map[string][]layers.Feature{}
	for _, id := range []string{"addresses", "buildings", "parcels", "components", "events", "cameras", "departments", "grids", "communities", "streets", "districts"} {
		for f, err := range c.store.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: id}) {
			if err != nil {
				t.Fatal(err)
			}
			all[id] = append(all[id], f)
		}
	}
	for range 60 {
		p := orb.Point{west + rng.Float64()*0.013, south + rng.Float64()*0.013}
		var got struct {
			Areas []struct {
				Level, Code string
				BorderM     float64 `json:"border_m"`
				Probability float64
			}
			Addresses, Components, Events, Cameras, Departments []located
			Building, Parcel                                    *located
		}
		path := fmt.Sprintf("/api/v1/locate?lon=%v&lat=%v", p[0], p[1])
		res, body := c.call("", "GET", path, nil)
		if err := json.Unmarshal([]byte(body), &got); err != nil || res.StatusCode != 200 {
			t.Fatal(path, res.StatusCode, err, body)
		}
		around := func(layer string, radiusM float64, most int, keep func(*layers.Feature, float64) bool) []string {
			var found []located
			for i := range all[layer] {
				f := &all[layer][i]
				if d := measure.DistanceTo(p, f.Shape); d <= radiusM && (keep == nil || keep(f, d)) {
					found = append(found, located{ID: f.Key, Distance: d})
				}
			}
			slices.SortFunc(found, func(a, b located) int { return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID)) })
			return idsOf(found[:min(most, len(found))])
		}
		check := func(what string, got []located, want []string) {
			t.Helper()
			if !slices.Equal(idsOf(got), want) {
				t.Errorf("%s: %s are %v, want %v", path, what, idsOf(got), want)
			}
		}
		check("addresses", got.Addresses, around("addresses", math.Inf(1), 5, nil))
		check("components", got.Components, around("components", 30, 100, nil))
		check("events", got.Events, around("events", 50, 100, func(f *layers.Feature, _ float64) bool {
			state := value(f, "events", "state").Str()
			return state == "filed" || state == "handling" || state == "suspended"
		}))
		check("building", one(got.Building), around("buildings", 30, 1, nil))
		check("parcel", one(got.Parcel), around("parcels", 0, 1, nil))
		check("cameras", got.Cameras, around("cameras", math.Inf(1), 100, func(f *layers.Feature, d float64) bool { return watches(f, p, d) }))
		slices.SortFunc(got.Departments, func(a, b located) int { return cmp.Compare(a.ID, b.ID) })
		var holders []string
		for i := range all["departments"] {
			if f := &all["departments"][i]; holdsPoint(f.Shape, p) {
				holders = append(holders, f.Key)
			}
		}
		slices.Sort(holders)
		check("departments", got.Departments, holders)
		for _, k := range got.Components {
			if k.Kind != "lamp" && k.Kind != "guardrail" {
				t.Errorf("%s: component %s is a %q", path, k.ID, k.Kind)
			}
		}
		for _, a := range got.Areas {
			layer := map[string]string{"grid": "grids", "community": "communities", "street": "streets", "district": "districts"}[a.Level]
			i := slices.IndexFunc(all[layer], func(f layers.Feature) bool { return f.Key == a.Code })
			if i < 0 || !holdsPoint(all[layer][i].Shape, p) || a.Probability != 1 {
				t.Errorf("%s: %s %s with %v does not hold it", path, a.Level, a.Code, a.Probability)
				continue
			}
			outline := orb.MultiLineString{}
			for _, poly := range all[layer][i].Shape.(orb.MultiPolygon) {
				for _, ring := range poly {
					outline = append(outline, orb.LineString(ring))
				}
			}
			if want := measure.DistanceTo(p, outline); math.Abs(a.BorderM-want) > 1e-3 {
				t.Errorf("%s: the border of %s is %v m away, want %v", path, a.Code, a.BorderM, want)
			}
		}
		if len(got.Areas) != 4 {
			t.Errorf("%s: %d areas", path, len(got.Areas))
		}
	}
}

func idsOf(list []located) []string {
	out := make([]string, 0, len(list))
	for _, x := range list {
		out = append(out, x.ID)
	}
	return out
}

func one(x *located) []located {
	if x == nil {
		return nil
	}
	return []located{*x}
}

func value(f *layers.Feature, layer, field string) layers.Value {
	return f.Value(model.Lookup(layer).FieldIndex(field))
}

func holdsPoint(g orb.Geometry, p orb.Point) bool {
	switch g := g.(type) {
	case orb.Polygon:
		return planar.PolygonContains(g, p)
	case orb.MultiPolygon:
		return planar.MultiPolygonContains(g, p)
	}
	return false
}

// watches says with a geodesic whether a camera sees the place: where its axis and
// the place lie as far away as the place is, how many degrees apart they look.
func watches(f *layers.Feature, p orb.Point, d float64) bool {
	number := func(name string) (float64, bool) { v := value(f, "cameras", name); return v.Float(), !v.IsNull() }
	reach, ok := number("range")
	if !ok || d > reach {
		return false
	}
	azimuth, known := number("azimuth")
	fov, has := number("fov")
	if !known || !has || fov >= 360 {
		return true
	}
	left := measure.Destination(f.Shape.(orb.Point), azimuth-fov/2, d)
	right := measure.Destination(f.Shape.(orb.Point), azimuth+fov/2, d)
	at := f.Shape.(orb.Point)
	turn := func(a, b orb.Point) float64 { // from a to b, clockwise, 0–360, on a plane where a circle about the camera is one
		scale := math.Cos(at[1] * math.Pi / 180)
		angle := func(q orb.Point) float64 { return math.Atan2((q[0]-at[0])*scale, q[1]-at[1]) * 180 / math.Pi }
		return math.Mod(angle(b)-angle(a)+720, 360)
	}
	return turn(left, p) <= turn(left, right)
}

// The point is told in every system, each as the library of systems converts it.
func TestLocateTellsThePointInEverySystem(t *testing.T) {
	c := newCity(t, true)
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 2))
	for range 40 {
		p := orb.Point{75 + rng.Float64()*59, 18 + rng.Float64()*35}
		var got struct {
			Point struct {
				WGS84, CGCS2000, GCJ02, BD09 orb.Point
				Mercator                     orb.Point `json:"web_mercator"`
				GK                           struct {
					EPSG int
					X, Y float64
				} `json:"cgcs2000_gk"`
			}
		}
		_, body := c.call("", "GET", fmt.Sprintf("/api/v1/locate?lon=%v&lat=%v", p[0], p[1]), nil)
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		for name, pair := range map[string][2]orb.Point{"gcj02": {got.Point.GCJ02}, "bd09": {got.Point.BD09}, "EPSG:3857": {got.Point.Mercator},
			fmt.Sprintf("EPSG:%d", got.Point.GK.EPSG): {{got.Point.GK.X, got.Point.GK.Y}}, "wgs84": {got.Point.WGS84}, "cgcs2000": {got.Point.CGCS2000}} {
			s, err := crs.Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			lon, lat, err := s.ToWGS84(pair[0][0], pair[0][1])
			if err != nil || measure.Distance(p, orb.Point{lon, lat}) > 0.01 {
				t.Errorf("%v in %s is %v, which is %v %v, %v", p, name, pair[0], lon, lat, err)
			}
		}
		if meridian := 75 + 3*float64(got.Point.GK.EPSG-4534); math.Abs(p[0]-meridian) > 1.5 {
			t.Errorf("%v is told in EPSG:%d, whose meridian is %v°", p, got.Point.GK.EPSG, meridian)
		}
	}
}

// The probabilities of the areas under a circle of accuracy are the shares of a
// normal distribution drawn at random.
func TestLocateProbabilities(t *testing.T) {
	c := newCity(t, true)
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 3))
	for range 10 {
		p := orb.Point{west + cellDeg*(1+float64(rng.IntN(2))) + rng.NormFloat64()*2e-4, south + cellDeg*(1+float64(rng.IntN(2))) + rng.NormFloat64()*2e-4}
		accuracy := 10 + rng.Float64()*60
		out := c.get("", fmt.Sprintf("/api/v1/locate?lon=%v&lat=%v&accuracy=%v", p[0], p[1], accuracy), 200)
		told := map[string]float64{}
		for _, a := range out["areas"].([]any) {
			if a := a.(map[string]any); a["level"] == "grid" {
				told[a["code"].(string)] = a["probability"].(float64)
			}
		}
		drawn := map[string]float64{}
		const n = 20_000
		sigma := accuracy / math.Sqrt(-2*math.Log(0.05))
		for range n {
			x, y := rng.NormFloat64()*sigma, rng.NormFloat64()*sigma
			if math.Hypot(x, y) > 4*sigma {
				continue
			}
			q := measure.Destination(p, math.Atan2(x, y)*180/math.Pi, math.Hypot(x, y))
			drawn[gridID(int((q[0]-west)/cellDeg)+4*int((q[1]-south)/cellDeg))] += 1.0 / n
		}
		for code, share := range drawn {
			if math.Abs(told[code]-share) > 0.03 {
				t.Errorf("%v ± %v m: %s with %v, drawn %v", p, accuracy, code, told[code], share)
			}
		}
	}
}
