package geotest

import (
	"math/rand/v2"

	"github.com/paulmach/orb"
)

// LatticePoint is a point with whole coordinates from 0 to size.
func LatticePoint(r *rand.Rand, size int) orb.Point {
	return orb.Point{float64(r.IntN(size + 1)), float64(r.IntN(size + 1))}
}

// LatticeRing is a closed ring of 3 to 6 lattice corners; it may be invalid.
func LatticeRing(r *rand.Rand, size int) orb.Ring {
	n := 3 + r.IntN(4)
	ring := make(orb.Ring, 0, n+1)
	for range n {
		ring = append(ring, LatticePoint(r, size))
	}
	return append(ring, ring[0])
}

// Lattice is a geometry of any kind on the lattice 0…size: points, lines,
// polygons with or without holes, multis and boxes, at times empty or invalid.
// A caller that needs valid ones filters.
func Lattice(r *rand.Rand, size int) orb.Geometry {
	line := func() orb.LineString {
		l := orb.LineString{LatticePoint(r, size), LatticePoint(r, size)}
		for range r.IntN(4) {
			l = append(l, LatticePoint(r, size))
		}
		if r.IntN(4) == 0 {
			l = append(l, l[0])
		}
		return l
	}
	polygon := func() orb.Polygon {
		p := orb.Polygon{LatticeRing(r, size)}
		if r.IntN(3) == 0 { // a shell large enough to hold a hole
			s := float64(size)
			p[0] = orb.Ring{{0, 0}, {s, 0}, {s, s}, {0, s}, {0, 0}}
			for range 1 + r.IntN(2) {
				p = append(p, LatticeRing(r, size))
			}
		}
		return p
	}
	switch r.IntN(10) {
	case 0:
		return LatticePoint(r, size)
	case 1:
		m := orb.MultiPoint{}
		for range r.IntN(4) {
			m = append(m, LatticePoint(r, size))
		}
		return m
	case 2, 3:
		return line()
	case 4:
		m := orb.MultiLineString{}
		for range r.IntN(4) {
			m = append(m, line())
		}
		return m
	case 5, 6, 7:
		return polygon()
	case 8:
		m := orb.MultiPolygon{}
		for range r.IntN(3) {
			m = append(m, polygon())
		}
		return m
	default:
		a, b := LatticePoint(r, size), LatticePoint(r, size)
		return orb.Bound{
			Min: orb.Point{min(a[0], b[0]), min(a[1], b[1])},
			Max: orb.Point{max(a[0], b[0]) + 1, max(a[1], b[1]) + 1},
		}
	}
}
