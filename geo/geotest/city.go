package geotest

import (
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
)

// China is the box of the mainland's longitudes and latitudes.
var China = orb.Bound{Min: orb.Point{73.5, 18}, Max: orb.Point{135, 53.5}}

// City is a box of some 20 km around a city centre.
var City = orb.Bound{Min: orb.Point{111.2, 30.6}, Max: orb.Point{111.4, 30.8}}

// Point is a point of b, evenly spread over it.
func Point(r *rand.Rand, b orb.Bound) orb.Point {
	return orb.Point{
		b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]),
		b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1]),
	}
}

// Points are n points of b, some of them equal.
func Points(r *rand.Rand, b orb.Bound, n int) []orb.Point {
	out := make([]orb.Point, n)
	for i := range out {
		out[i] = Point(r, b)
		if i > 0 && r.IntN(20) == 0 {
			out[i] = out[r.IntN(i)]
		}
	}
	return out
}

// Box is a box in b, at most a share of its width and height.
func Box(r *rand.Rand, b orb.Bound, share float64) orb.Bound {
	lo := Point(r, b)
	return orb.Bound{Min: lo, Max: orb.Point{
		min(b.Max[0], lo[0]+r.Float64()*share*(b.Max[0]-b.Min[0])),
		min(b.Max[1], lo[1]+r.Float64()*share*(b.Max[1]-b.Min[1])),
	}}
}

// Line is a walk of n vertices (at least 2) that starts in b with steps of up to
// step degrees; it may cross itself.
func Line(r *rand.Rand, b orb.Bound, n int, step float64) orb.LineString {
	l := orb.LineString{Point(r, b)}
	for len(l) < max(2, n) {
		last := l[len(l)-1]
		l = append(l, orb.Point{last[0] + (2*r.Float64()-1)*step, last[1] + (2*r.Float64()-1)*step})
	}
	return l
}

// Star is a valid ring of n vertices (at least 3) around center, between a third
// and the whole of radius degrees away.
func Star(r *rand.Rand, center orb.Point, radius float64, n int) orb.Ring {
	n = max(3, n)
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * (float64(i) + 0.8*r.Float64()) / float64(n))
		d := radius * (1 + 2*r.Float64()) / 3
		ring = append(ring, orb.Point{center[0] + d*cos, center[1] + d*sin})
	}
	return append(ring, ring[0])
}

// Polygon is a valid polygon in b of about n vertices, with up to three holes in
// its core. Its radius is at most a tenth of b.
func Polygon(r *rand.Rand, b orb.Bound, n int) orb.Polygon {
	c := Point(r, b)
	radius := 0.1 * r.Float64() * min(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1])
	n = max(8, n) // of fewer vertices the edges may cut the core
	p := orb.Polygon{Star(r, c, radius, n)}
	for i := range r.IntN(4) {
		// Holes stand in three sectors of the circle that every star of eight
		// vertices holds, well apart from each other.
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 3)
		at := orb.Point{c[0] + radius*0.08*cos, c[1] + radius*0.08*sin}
		hole := Star(r, at, radius*0.05, 3+n/8)
		hole.Reverse()
		p = append(p, hole)
	}
	return p
}

// MultiPolygon is one of up to four polygons that stand apart from each other.
func MultiPolygon(r *rand.Rand, b orb.Bound, n int) orb.MultiPolygon {
	var out orb.MultiPolygon
	w := (b.Max[0] - b.Min[0]) / 4
	for i := range 1 + r.IntN(4) {
		// Keep a radius away from the sides of each column.
		col := orb.Bound{
			Min: orb.Point{b.Min[0] + (float64(i)+0.2)*w, b.Min[1]},
			Max: orb.Point{b.Min[0] + (float64(i)+0.8)*w, b.Max[1]},
		}
		out = append(out, Polygon(r, col, n))
	}
	return out
}
