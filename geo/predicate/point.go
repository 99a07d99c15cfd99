package predicate

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// InteriorPoint returns a point of g, the same for the same geometry: for
// polygons one strictly inside (of a multipolygon, in the widest part), for
// lines the place half-way along the longest one, for points the first, for
// collections that of the first part of the highest dimension. A polygon without
// area gives a vertex; an empty or nil geometry gives NaN coordinates. The
// half-way place is rounded to floats and so may lie an ulp beside its line.
// O(n log n).
func InteriorPoint(g orb.Geometry) orb.Point {
	switch g := g.(type) {
	case orb.Point:
		return g
	case orb.MultiPoint:
		if len(g) > 0 {
			return g[0]
		}
	case orb.LineString:
		return halfway(g)
	case orb.MultiLineString:
		best, bestLen := orb.LineString(nil), -1.0
		for _, l := range g {
			if n := planeLength(l); len(l) > 0 && n > bestLen {
				best, bestLen = l, n
			}
		}
		return halfway(best)
	case orb.Ring:
		return inPolygons(orb.MultiPolygon{{g}})
	case orb.Polygon:
		return inPolygons(orb.MultiPolygon{g})
	case orb.MultiPolygon:
		return inPolygons(g)
	case orb.Bound:
		if !empty(g) {
			return inPolygons(orb.MultiPolygon{{g.ToRing()}})
		}
	case orb.Collection:
		return inCollection(g)
	}
	return nowhere()
}

// nowhere is the point of an empty geometry.
func nowhere() orb.Point { return orb.Point{math.NaN(), math.NaN()} }

// inCollection prefers areas over lines over points.
func inCollection(c orb.Collection) orb.Point {
	best, dimension := nowhere(), -1
	for _, part := range c {
		if empty(bound(part)) {
			continue
		}
		if d := part.Dimensions(); d > dimension {
			best, dimension = InteriorPoint(part), d
		}
	}
	return best
}

// stretch is the width of a degree of longitude in degrees of latitude.
func stretch(lat float64) float64 { return max(1e-6, math.Cos(lat*math.Pi/180)) }

func planeLength(l []orb.Point) float64 {
	sum := 0.0
	for i := 1; i < len(l); i++ {
		k := stretch((l[i][1] + l[i-1][1]) / 2)
		sum += math.Hypot((l[i][0]-l[i-1][0])*k, l[i][1]-l[i-1][1])
	}
	return sum
}

func halfway(l orb.LineString) orb.Point {
	if len(l) == 0 {
		return nowhere()
	}
	rest := planeLength(l) / 2
	for i := 1; i < len(l); i++ {
		step := planeLength(l[i-1 : i+1])
		if step >= rest && step > 0 {
			t := rest / step
			return orb.Point{l[i-1][0] + t*(l[i][0]-l[i-1][0]), l[i-1][1] + t*(l[i][1]-l[i-1][1])}
		}
		rest -= step
	}
	return l[len(l)-1]
}

// inPolygons cuts each polygon with a few parallels that avoid its vertices and
// takes the middle of the widest piece.
func inPolygons(m orb.MultiPolygon) orb.Point {
	var best orb.Point
	width := 0.0
	for _, p := range m {
		if q, w := widestCut(p); w > width {
			best, width = q, w
		}
	}
	if width > 0 {
		return best
	}
	for _, p := range m {
		if len(p) > 0 && len(p[0]) > 0 {
			return p[0][0]
		}
	}
	return nowhere()
}

func widestCut(p orb.Polygon) (best orb.Point, width float64) {
	if len(p) == 0 || len(p[0]) == 0 {
		return best, 0
	}
	var ys []float64
	for _, r := range p {
		for _, q := range r {
			ys = append(ys, q[1])
		}
	}
	slices.Sort(ys)
	ys = slices.Compact(ys)
	if len(ys) < 2 {
		return best, 0
	}
	a := newArea(p)
	if a == nil {
		return best, 0
	}
	mid := (ys[0] + ys[len(ys)-1]) / 2
	at, _ := slices.BinarySearch(ys, mid)
	at = min(len(ys)-1, max(1, at))
	for i := range len(ys) - 1 {
		// The gap of vertices in the middle, then its neighbours outwards.
		j := at + (i+1)/2*(1-2*(i%2))
		if j < 1 || j >= len(ys) {
			continue
		}
		y := ys[j-1] + (ys[j]-ys[j-1])/2
		if y <= ys[j-1] || y >= ys[j] {
			continue
		}
		if q, w := a.widestAt(y); w > width {
			return q, w
		}
	}
	return best, width
}

func newArea(p ...orb.Polygon) *area {
	b := builder{p: &Prepared{bound: emptyBound()}}
	b.area(p...)
	if len(b.p.areas) == 0 {
		return nil
	}
	return b.p.areas[0]
}

// widestAt returns the middle of the widest piece of the parallel y inside a.
func (a *area) widestAt(y float64) (best orb.Point, width float64) {
	var xs []float64
	a.near(orb.Point{a.bound.Min[0], y}, orb.Point{a.bound.Max[0], y}, func(e *edge) bool {
		if e.a[1] < y && y < e.b[1] {
			xs = append(xs, e.a[0]+(y-e.a[1])/(e.b[1]-e.a[1])*(e.b[0]-e.a[0]))
		}
		return true
	})
	slices.Sort(xs)
	for i := 1; i < len(xs); i += 2 {
		q := orb.Point{xs[i-1] + (xs[i]-xs[i-1])/2, y}
		if w := xs[i] - xs[i-1]; w > width && a.locate(q) == Inside {
			best, width = q, w
		}
	}
	return best, width
}
