package live_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/geo/valid"
)

// world draws valid shapes of every kind where it is hard: in some zones corners
// lie on a grid, so that borders coincide to the last bit; in some the grid is
// turned, so that they nearly do; some lie at the antimeridian and the poles.
type world struct {
	rng  *rand.Rand
	skew [4]float64 // the turned grid
}

func newWorld(rng *rand.Rand) *world {
	w := &world{rng: rng}
	for i := range w.skew {
		w.skew[i] = (rng.Float64() - 0.5) / 4
	}
	return w
}

// shape draws a shape for questions of the plane; at times it is empty.
func (w *world) shape() orb.Geometry {
	for {
		var g orb.Geometry
		if w.rng.IntN(40) == 0 {
			g = geotest.Polygon(w.rng, orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}, 8+w.rng.IntN(20))
		} else {
			g = w.placed(geotest.Lattice(w.rng, 4))
		}
		if b, ok := g.(orb.Bound); ok {
			g = b.ToPolygon()
		}
		if valid.Check(g) == nil {
			return g
		}
	}
}

// placed moves a lattice shape into a zone.
func (w *world) placed(g orb.Geometry) orb.Geometry {
	dx, dy := float64(w.rng.IntN(7)), float64(w.rng.IntN(7))
	switch w.rng.IntN(8) {
	case 0: // ends at the antimeridian, on either side of it
		if w.rng.IntN(2) == 0 {
			return remade(g, func(p orb.Point) orb.Point { return orb.Point{180 - p[0]/4, 10 + (p[1]+dy)/8} })
		}
		return remade(g, func(p orb.Point) orb.Point { return orb.Point{-180 + p[0]/4, 10 + (p[1]+dy)/8} })
	case 1: // ends at a pole
		sign := float64(1 - 2*w.rng.IntN(2))
		return remade(g, func(p orb.Point) orb.Point { return orb.Point{(p[0]+dx)*36 - 180, sign * (90 - p[1]/2)} })
	case 2, 3, 4: // nearly touching
		s := w.skew
		return remade(g, func(p orb.Point) orb.Point {
			x, y := p[0]+dx, p[1]+dy
			return orb.Point{116.1 + x*(0.3+s[0]) + y*s[1], 39.7 + y*(0.3+s[2]) + x*s[3]}
		})
	}
	return remade(g, func(p orb.Point) orb.Point { return orb.Point{10 + (p[0]+dx)/8, 50 + (p[1]+dy)/8} })
}

// remade is g with every vertex changed; boxes become polygons.
func remade(g orb.Geometry, move func(orb.Point) orb.Point) orb.Geometry {
	if b, ok := g.(orb.Bound); ok {
		g = b.ToPolygon()
	}
	g = orb.Clone(g)
	each := func(ps []orb.Point) {
		for i, p := range ps {
			ps[i] = move(p)
		}
	}
	switch g := g.(type) {
	case orb.Point:
		return move(g)
	case orb.MultiPoint:
		each(g)
	case orb.LineString:
		each(g)
	case orb.MultiLineString:
		for _, l := range g {
			each(l)
		}
	case orb.Polygon:
		for _, r := range g {
			each(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			for _, r := range p {
				each(r)
			}
		}
	case orb.Collection:
		for i := range g {
			g[i] = remade(g[i], move)
		}
	}
	return g
}

// places are the middles of small shapes: cities at several latitudes, the
// antimeridian, the poles.
var places = []orb.Point{{116.4, 39.9}, {111.29, 30.69}, {0, 0}, {179.9995, 52}, {-179.9995, 52}, {25, 70}, {-60, -33}, {10, 89.99}, {80, -90}}

// point draws a point for questions of distance.
func (w *world) point() orb.Point {
	switch w.rng.IntN(6) {
	case 0:
		return geotest.Point(w.rng, orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}})
	case 1:
		return orb.Point{float64(w.rng.IntN(9)*45 - 180), float64(w.rng.IntN(5)*45 - 90)}
	}
	at := places[w.rng.IntN(len(places))]
	return measure.Destination(at, 360*w.rng.Float64(), 1500*w.rng.Float64())
}

// small draws a shape whose edges are at most 300 m long, a point half the time.
// What would lie across the antimeridian or at a pole, where no edge is straight in
// degrees and short as well, becomes a point.
func (w *world) small() orb.Geometry {
	at := w.point()
	if w.rng.IntN(2) == 0 {
		return at
	}
	around := func(far float64) orb.Point { return measure.Destination(at, 360*w.rng.Float64(), far*w.rng.Float64()) }
	star := func(center orb.Point, radius float64) orb.Ring {
		n := 4 + w.rng.IntN(8)
		var r orb.Ring
		for i := range n {
			r = append(r, measure.Destination(center, 360*(float64(i)+0.7*w.rng.Float64())/float64(n), radius*(0.6+0.4*w.rng.Float64())))
		}
		return append(r, r[0])
	}
	line := func() orb.LineString {
		l := orb.LineString{around(100)}
		for range 1 + w.rng.IntN(4) {
			l = append(l, measure.Destination(l[len(l)-1], 360*w.rng.Float64(), 1+299*w.rng.Float64()))
		}
		return l
	}
	var g orb.Geometry
	switch w.rng.IntN(6) {
	case 0:
		g = orb.MultiPoint{at, around(300), around(300)}
	case 1:
		g = line()
	case 2:
		g = orb.MultiLineString{line(), line()}
	case 3:
		g = orb.Polygon{star(at, 150)}
	case 4:
		g = orb.Polygon{star(at, 150), star(at, 30)}
	case 5:
		g = orb.MultiPolygon{{star(at, 60)}, {star(measure.Destination(at, 77, 200), 60)}}
	}
	for e := range edgesOf(g) {
		if measure.Distance(e[0], e[1]) > 300 {
			return at
		}
	}
	if b := g.Bound(); b.Max[0]-b.Min[0] > 0.1 || valid.Check(g) != nil {
		return at
	}
	return g
}

// edgesOf yields the edges of a geometry, and its points as edges without length.
func edgesOf(g orb.Geometry) func(yield func([2]orb.Point) bool) {
	return func(yield func([2]orb.Point) bool) {
		chain := func(ps []orb.Point) bool {
			if len(ps) == 1 {
				return yield([2]orb.Point{ps[0], ps[0]})
			}
			for i := 1; i < len(ps); i++ {
				if !yield([2]orb.Point{ps[i-1], ps[i]}) {
					return false
				}
			}
			return true
		}
		switch g := g.(type) {
		case orb.Point:
			yield([2]orb.Point{g, g})
		case orb.MultiPoint:
			for _, p := range g {
				if !yield([2]orb.Point{p, p}) {
					return
				}
			}
		case orb.LineString:
			chain(g)
		case orb.MultiLineString:
			for _, l := range g {
				if !chain(l) {
					return
				}
			}
		case orb.Polygon:
			for _, r := range g {
				if !chain(r) {
					return
				}
			}
		case orb.MultiPolygon:
			for _, p := range g {
				for _, r := range p {
					if !chain(r) {
						return
					}
				}
			}
		case orb.Collection:
			for _, part := range g {
				for e := range edgesOf(part) {
					if !yield(e) {
						return
					}
				}
			}
		}
	}
}

// row draws a feature's shape for the plane: at times none at all, or a
// collection, of which the other side knows intersection only.
func (w *world) row(i int) (id string, g orb.Geometry) {
	id = fmt.Sprintf("r%05d", i)
	switch w.rng.IntN(30) {
	case 0:
		return id, nil
	case 1:
		return "gc" + id, orb.Collection{w.shape(), w.shape()}
	case 2:
		return id, []orb.Geometry{orb.MultiPoint{}, orb.MultiLineString{}, orb.MultiPolygon{}, orb.LineString{}, orb.Polygon{}}[w.rng.IntN(5)]
	}
	return id, w.shape()
}
