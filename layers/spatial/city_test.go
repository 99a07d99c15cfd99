package spatial

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// The test city has things of every shape, sites that are points, zones that are
// polygons which overlap each other, people who are personal, and grids.

var (
	thingsLayer = &layers.Layer{ID: "things", Element: layers.Object, Geometry: layers.AnyGeometry, Fields: []layers.Field{
		{Name: "kind", Type: layers.String}, {Name: "size", Type: layers.Integer, Measure: true},
		{Name: "secret", Type: layers.String, Personal: true}}}
	sitesLayer = &layers.Layer{ID: "sites", Element: layers.Object, Geometry: layers.Point, Fields: []layers.Field{
		{Name: "kind", Type: layers.String}, {Name: "beds", Type: layers.Number, Measure: true}}}
	zonesLayer = &layers.Layer{ID: "zones", Element: layers.Land, Geometry: layers.AnyGeometry, Fields: []layers.Field{
		{Name: "use", Type: layers.String}, {Name: "rank", Type: layers.Integer}}}
	peopleLayer = &layers.Layer{ID: "persons", Element: layers.People, Geometry: layers.Point, Access: layers.PersonalAccess, Fields: []layers.Field{
		{Name: "name", Type: layers.String, Personal: true}, {Name: "age", Type: layers.Integer}, {Name: "members", Type: layers.Integer, Measure: true}}}
	gridsLayer = &layers.Layer{ID: "grids", Element: layers.Frame, Geometry: layers.Polygon, Level: layers.Grid, Access: layers.PublicAccess,
		TitleField: "name", Fields: []layers.Field{{Name: "name", Type: layers.String}}}
)

var planner = layers.Subject{ID: "p", Role: layers.Planner}

type city struct {
	t   *testing.T
	r   *rand.Rand
	cat *live.Catalog
	all map[string][]layers.Feature // by layer, in order of id
}

func day(d int) time.Time { return time.Date(2026, 5, d, 0, 0, 0, 0, time.UTC) }

func newCity(t *testing.T, n int) *city {
	t.Helper()
	c := &city{t: t, r: geotest.Rand(t), all: map[string][]layers.Feature{}}
	b := layers.Batch{Layers: []*layers.Layer{thingsLayer, sitesLayer, zonesLayer, peopleLayer, gridsLayer}}
	put := func(layer string, g orb.Geometry, from, to time.Time, values ...layers.Value) {
		f := layers.Feature{Key: fmt.Sprintf("%s-%05d", layer, len(c.all[layer])), Shape: g, Values: values, ValidFrom: from, ValidTo: to}
		c.all[layer] = append(c.all[layer], f)
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: layer, ID: f.Key, Feature: &f})
	}
	kind := func() layers.Value {
		if c.r.IntN(9) == 0 {
			return layers.Value{}
		}
		return layers.Text([]string{"lamp", "bench", "树", "bin"}[c.r.IntN(4)])
	}
	for range n {
		put("things", c.shape(), time.Time{}, time.Time{}, kind(), layers.Int(int64(c.r.IntN(50))), layers.Text("x"))
		var from, to time.Time
		if c.r.IntN(2) == 0 {
			from = day(1 + c.r.IntN(20))
			if c.r.IntN(2) == 0 {
				to = from.AddDate(0, 0, 1+c.r.IntN(5))
			}
		}
		put("sites", c.point(), from, to, kind(), layers.Float(float64(c.r.IntN(100))))
	}
	for range n/8 + 2 {
		var g orb.Geometry = geotest.Polygon(c.r, geotest.City, 8+c.r.IntN(30))
		if c.r.IntN(4) == 0 {
			g = geotest.MultiPolygon(c.r, geotest.City, 8+c.r.IntN(20))
		}
		put("zones", g, time.Time{}, time.Time{}, layers.Text([]string{"farm", "city", "water"}[c.r.IntN(3)]), layers.Int(int64(c.r.IntN(3))))
	}
	for range 12 * n {
		put("persons", c.point(), time.Time{}, time.Time{}, layers.Text("somebody"), layers.Int(int64(c.r.IntN(90))), layers.Int(int64(1+c.r.IntN(4))))
	}
	w, h := (geotest.City.Max[0]-geotest.City.Min[0])/4, (geotest.City.Max[1]-geotest.City.Min[1])/4
	for i := range 16 {
		lo := orb.Point{geotest.City.Min[0] + float64(i%4)*w, geotest.City.Min[1] + float64(i/4)*h}
		put("grids", orb.Bound{Min: lo, Max: orb.Point{lo[0] + w, lo[1] + h}}.ToPolygon(), time.Time{}, time.Time{}, layers.Text(fmt.Sprint("grid ", i)))
	}
	store := memstore.New()
	if _, err := store.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	var err error
	if c.cat, err = live.Open(t.Context(), store, live.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.cat.Close() })
	return c
}

// point lies on a coarse lattice at times, or on the corner of a grid: ties,
// coincidences, borders.
func (c *city) point() orb.Point {
	if c.r.IntN(12) == 0 {
		w, h := (geotest.City.Max[0]-geotest.City.Min[0])/4, (geotest.City.Max[1]-geotest.City.Min[1])/4
		return orb.Point{geotest.City.Min[0] + float64(c.r.IntN(4))*w, geotest.City.Min[1] + float64(c.r.IntN(4))*h}
	}
	if c.r.IntN(4) == 0 {
		return orb.Point{111.2 + float64(c.r.IntN(21))/100, 30.6 + float64(c.r.IntN(21))/100}
	}
	return geotest.Point(c.r, geotest.City)
}

func (c *city) shape() orb.Geometry {
	switch c.r.IntN(8) {
	case 0:
		return nil
	case 1:
		return geotest.Line(c.r, geotest.City, 2+c.r.IntN(10), 0.01)
	case 2:
		return orb.LineString{c.point(), c.point()}
	case 3:
		return geotest.Polygon(c.r, geotest.City, 12)
	case 4:
		p := c.point()
		return orb.Bound{Min: p, Max: orb.Point{p[0] + 0.01, p[1] + 0.01}}.ToPolygon()
	}
	return c.point()
}

func (c *city) query(layer string) layers.Query { return layers.Query{Subject: planner, Layer: layer} }

// far is the plain distance of two geometries.
func far(a, b orb.Geometry) float64 {
	if p, ok := a.(orb.Point); ok {
		return measure.DistanceTo(p, b)
	}
	if q, ok := b.(orb.Point); ok {
		return measure.DistanceTo(q, a)
	}
	if predicate.Intersects(a, b) {
		return 0
	}
	return measure.Between(a, b)
}
