package geotest_test

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/valid"
)

// What is promised to be valid must be, and a seed must repeat its shapes.
func TestShapes(t *testing.T) {
	r := geotest.Rand(t)
	for range 500 {
		for _, g := range []orb.Geometry{
			geotest.Polygon(r, geotest.City, 3+r.IntN(50)),
			geotest.MultiPolygon(r, geotest.China, 3+r.IntN(50)),
			geotest.Box(r, geotest.City, 1),
			geotest.Line(r, geotest.City, r.IntN(20), 0.01),
			orb.MultiPoint(geotest.Points(r, geotest.China, 10)),
			orb.Polygon{geotest.Star(r, orb.Point{111, 30}, 1, 8+r.IntN(100))},
		} {
			if err := valid.Check(g); err != nil {
				t.Fatalf("%v of %v", err, g)
			}
		}
	}
	a, b := rand.New(rand.NewPCG(7, 7)), rand.New(rand.NewPCG(7, 7))
	for range 100 {
		if g, h := geotest.Lattice(a, 5), geotest.Lattice(b, 5); !orb.Equal(g, h) {
			t.Fatalf("%v and %v from one seed", g, h)
		}
	}
}
