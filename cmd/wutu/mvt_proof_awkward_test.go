package main

import (
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
)

// awkward makes what real and broken data contain, around a box: stars, slivers,
// rings that cross or touch themselves, holes that touch, cross or lie outside,
// combs, spirals, repeated points and spikes, the tiny and the huge, lakes in islands,
// squares that touch at corners, sides along the tile's, the poles, both sides of the
// antimeridian, the ends of the world, collections, and, unless a store is to take it,
// what is empty or no place.
func awkward(r *rand.Rand, box orb.Bound, stored bool) orb.Geometry {
	size := math.Pow(10, -6+7*r.Float64()) // of the box
	cx, cy := r.Float64()*1.4-0.2, r.Float64()*1.4-0.2
	snap := 0.0
	if r.IntN(3) == 0 { // touches, and edges that lie on each other
		snap = size / float64(1+r.IntN(8))
	}
	place := func(x, y float64) orb.Point {
		if snap > 0 {
			x, y = math.Round(x/snap)*snap, math.Round(y/snap)*snap
		}
		return orb.Point{box.Min[0] + x*(box.Max[0]-box.Min[0]), max(-90, min(90, box.Max[1]-y*(box.Max[1]-box.Min[1])))}
	}
	point := func() orb.Point { return place(cx+(r.Float64()-0.5)*size, cy+(r.Float64()-0.5)*size) }
	line := func(n int) (l orb.LineString) {
		for range n {
			l = append(l, point())
		}
		if r.IntN(4) == 0 {
			l = append(l, l[len(l)-1], l[0])
		}
		return l
	}
	ring := func() orb.Ring {
		var out orb.Ring
		n := 3 + r.IntN(14)
		switch turn := r.Float64() * 7; r.IntN(6) {
		case 0, 1: // any points
			out = orb.Ring(line(n))
		case 2: // a spiral
			for i := range 3 * n {
				a, d := turn+2.4*float64(i), size*float64(i)/float64(3*n)
				out = append(out, place(cx+d*math.Cos(a), cy+d*math.Sin(a)))
			}
		case 3: // a comb
			for i := range 2 * n {
				out = append(out, place(cx+size*float64(i)/float64(2*n), cy+size*float64(i%2)*r.Float64()))
			}
		default: // a star
			for i := range n {
				a, d := turn+2*math.Pi*float64(i)/float64(n), size*(0.05+r.Float64())
				out = append(out, place(cx+d*math.Cos(a), cy+d*math.Sin(a)))
			}
		}
		if r.IntN(5) == 0 { // a spike
			i := r.IntN(len(out))
			out = append(out[:i:i], append(orb.Ring{out[i], point()}, out[i:]...)...)
		}
		if r.IntN(8) == 0 { // the other way round
			for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
				out[i], out[j] = out[j], out[i]
			}
		}
		return append(out, out[0])
	}
	square := func(x, y, d float64) orb.Ring {
		return orb.Ring{place(x-d, y-d), place(x+d, y-d), place(x+d, y+d), place(x-d, y+d), place(x-d, y-d)}
	}
	polygon := func() orb.Polygon {
		out := orb.Polygon{ring()}
		for range max(0, r.IntN(7)-3) {
			out = append(out, ring())
		}
		return out
	}
	switch r.IntN(24) {
	case 0:
		return point()
	case 1:
		return orb.MultiPoint{point(), point(), point()}
	case 2, 3:
		return line(2 + r.IntN(12))
	case 4:
		return orb.MultiLineString{line(2), line(3), line(1 + r.IntN(3))}
	case 5, 6:
		return orb.MultiPolygon{polygon(), polygon(), polygon()}
	case 7, 8: // a sliver
		a, b := point(), point()
		return orb.Polygon{{a, b, {b[0] + (b[0]-a[0])*1e-5, b[1]}, a}}
	case 9: // around the world, over a pole
		return orb.Polygon{{{-180 - r.Float64()*40, -90}, {180 + r.Float64()*40, -90}, {180, 90 * r.Float64()}, {-180, 90}, {-180, -90}}}
	case 10: // on both sides of the antimeridian
		y := -80 + 160*r.Float64()
		return orb.Polygon{{{179.9, y}, {180.1 + r.Float64(), y}, {180.1, y + r.Float64()}, {179.9, y + 1}, {179.9, y}}}
	case 11:
		return orb.Collection{point(), line(3), polygon(), orb.Collection{polygon(), orb.MultiPoint{point()}}}
	case 12:
		return orb.Collection{point(), line(2), nil, orb.MultiPoint{point(), point()}}
	case 13:
		if stored {
			break
		}
		bad := []float64{math.NaN(), math.Inf(1), 1e300, -541}[r.IntN(4)]
		return []orb.Geometry{orb.Point{bad, 0}, orb.LineString{point(), {0, bad}, point()}, orb.Polygon{{point(), {bad, bad}, point(), point()}},
			orb.Polygon{}, orb.MultiPolygon{{}, polygon()}, orb.Ring{}, orb.LineString{}}[r.IntN(7)]
	case 14:
		return ring()
	case 15:
		return orb.Bound{Min: point(), Max: point()}
	case 16: // islands in lakes on islands, given as one polygon
		var out orb.Polygon
		for i := range 2 + r.IntN(8) {
			d := size * math.Pow(0.3+0.69*r.Float64(), float64(i))
			out = append(out, square(cx, cy, d))
		}
		return out
	case 17: // the dark squares of a board, which touch at their corners, apart or in one polygon
		var board orb.MultiPolygon
		var one orb.Polygon
		n := 2 + r.IntN(6)
		for i := range n * n {
			if x, y := i%n, i/n; (x+y)%2 == 0 {
				s := square(cx+2*size*float64(x), cy+2*size*float64(y), size)
				board, one = append(board, orb.Polygon{s}), append(one, s)
			}
		}
		if r.IntN(2) == 0 {
			return one
		}
		return board
	case 18: // sides along those of the tile and of its buffer, corners on theirs
		at := func() float64 {
			return []float64{-1, -1.0 / 16, -1.0 / 64, 0, 1.0 / 8, 1.0 / 2, 1, 65.0 / 64, 17.0 / 16, 2}[r.IntN(10)]
		}
		w, n, e, s := at(), at(), at(), at()
		return orb.Polygon{{place(w, n), place(e, n), place(e, s), place(w, s), place(w, n)}, square(cx, cy, size)}
	case 19: // where the world ends
		x, y := []float64{-180, 180}[r.IntN(2)], []float64{-90, 90, -85.0511287798066, 85.0511287798066}[r.IntN(4)]
		end := orb.Point{x, y}
		return []orb.Geometry{end, orb.MultiPoint{end, {-x, y}, {0, y}}, orb.LineString{{x, -90}, end, {-x, y}, {-x, 90}},
			orb.LineString{point(), end, {x, -y}}, orb.Polygon{{{-180, y}, {180, y}, point(), {-180, y}}}, orb.Polygon{{end, {x, -y}, point(), end}}}[r.IntN(6)]
	}
	return polygon()
}
