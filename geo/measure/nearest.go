package measure

import (
	"math"

	"github.com/paulmach/orb"
)

// DistanceTo returns the metres from p to the nearest place of g: 0 inside or on
// the border of a polygon (a point in a hole is outside), the distance to the
// nearest edge or point otherwise, over the antimeridian if that is shorter.
// Edges are straight in lon/lat. Accurate to a millimetre while the result is
// below 1,000 km, whatever the length of the edges, and to 2·10⁻⁵ of it beyond (to
// 3·10⁻⁶ but for one edge in thousands). An empty or nil geometry is +Inf away. Cost O(edges), about 10 ns each;
// an edge of many degrees some 100 µs.
func DistanceTo(p orb.Point, g orb.Geometry) float64 {
	d, _ := Nearest(p, g)
	return d
}

// Nearest is DistanceTo that also returns the place on g: p itself inside a
// polygon. The place of an empty geometry is p.
func Nearest(p orb.Point, g orb.Geometry) (float64, orb.Point) {
	s := newSearch(p)
	s.visit(g)
	s.finish()
	return s.best, s.place
}

// Within reports whether g is at most radiusM metres from p, borders included:
// the same answer as DistanceTo(p, g) <= radiusM.
func Within(p orb.Point, g orb.Geometry, radiusM float64) bool {
	return DistanceTo(p, g) <= radiusM
}

// Between returns the least distance in metres between two geometries that do
// not cross; where they overlap or cross use predicate.Intersects first, for
// crossing lines are not seen here and give the distance from the nearest
// vertex. For edges of city size the nearest places include a vertex of one of
// the two, which is what is searched: O(vertices of a × edges of b) and back.
func Between(a, b orb.Geometry) float64 { return between(a, b, math.Inf(1)) }

// Near reports whether two geometries that do not cross are at most limitM metres
// apart, borders included: Between(a, b) <= limitM, at the price of a bound for each
// vertex of geometries that lie farther apart.
func Near(a, b orb.Geometry, limitM float64) bool { return between(a, b, limitM) <= limitM }

// between is the least distance if it is at most limit, and else +Inf or any
// number above the limit.
func between(a, b orb.Geometry, limit float64) float64 {
	best := math.Inf(1)
	each := func(from, to orb.Geometry) {
		box := boxOf(to)
		Vertices(from, func(p orb.Point) bool {
			if BoundDistance(p, box) > limit {
				return true
			}
			s := newSearch(p)
			s.estimate = limit
			s.visit(to)
			s.finish()
			best = min(best, s.best)
			limit = min(limit, best)
			return best > 0
		})
	}
	each(a, b)
	if best > 0 {
		each(b, a)
	}
	return best
}

// boxOf is the box around every vertex of g, an empty one of nil.
func boxOf(g orb.Geometry) orb.Bound {
	b := orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}
	Vertices(g, func(p orb.Point) bool {
		if b.Min[0] > b.Max[0] {
			b = orb.Bound{Min: p, Max: p}
		} else {
			b = b.Extend(p)
		}
		return true
	})
	return b
}

// search looks for the nearest place in two passes: a plane through p gives
// every edge an estimate; then the few edges that can still win are solved on
// the ellipsoid.
type search struct {
	p              orb.Point
	perLon, perLat float64
	tan            float64 // how fast the plane's scale goes wrong with latitude
	at             frame
	best           float64
	place          orb.Point
	estimate       float64 // least estimate so far
	edges          []candidate
}

type candidate struct {
	a, b  orb.Point
	floor float64 // no nearer than this
}

func newSearch(p orb.Point) *search {
	s := &search{p: p, best: math.Inf(1), place: p, estimate: math.Inf(1), at: frameAt(0, p[1])}
	s.perLon, s.perLat = localScale(p[1])
	s.tan = 1 + math.Abs(math.Tan(p[1]*radian))
	return s
}

func (s *search) visit(g orb.Geometry) {
	if s.best == 0 {
		return
	}
	switch g := g.(type) {
	case orb.Point:
		s.point(g)
	case orb.MultiPoint:
		for _, q := range g {
			s.point(q)
		}
	case orb.LineString:
		s.chain(g)
	case orb.MultiLineString:
		for _, l := range g {
			s.chain(l)
		}
	case orb.Ring:
		s.polygon(orb.Polygon{g})
	case orb.Polygon:
		s.polygon(g)
	case orb.MultiPolygon:
		for _, p := range g {
			s.polygon(p)
		}
	case orb.Bound:
		if !g.IsEmpty() {
			s.polygon(orb.Polygon{g.ToRing()})
		}
	case orb.Collection:
		for _, part := range g {
			s.visit(part)
		}
	}
}

func (s *search) polygon(p orb.Polygon) {
	inside := false
	for _, r := range p {
		if crossings(s.p, r) {
			inside = !inside
		}
	}
	if inside {
		s.best, s.place = 0, s.p
		return
	}
	for _, r := range p {
		s.chain(r)
	}
}

// crossings is the even-odd rule; on a border either answer may come, and the
// edge itself then gives the distance 0.
func crossings(p orb.Point, r orb.Ring) bool {
	odd := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if (a[1] > p[1]) == (b[1] > p[1]) {
			continue
		}
		if a[1] > b[1] {
			a, b = b, a
		}
		if (b[0]-a[0])*(p[1]-a[1])-(b[1]-a[1])*(p[0]-a[0]) > 0 {
			odd = !odd
		}
	}
	return odd
}

func (s *search) point(q orb.Point) {
	if d := Distance(s.p, q); d < s.best {
		s.best, s.place = d, q
	}
}

func (s *search) chain(c []orb.Point) {
	if len(c) == 1 {
		s.point(c[0])
	}
	for i := 1; i < len(c); i++ {
		s.edge(c[i-1], c[i])
	}
}

// pieceDegrees is the longest edge solved as one; longer ones are halved until
// their pieces are that short or too far away to matter.
const pieceDegrees = 0.25

// longestEdge in degrees is more than any valid geometry has; of longer edges only
// the ends are looked at.
const longestEdge = 720

func (s *search) edge(a, b orb.Point) {
	span := max(math.Abs(a[0]-b[0]), math.Abs(a[1]-b[1]))
	if !(span > pieceDegrees) {
		s.piece(a, b)
		return
	}
	da, db := Distance(s.p, a), Distance(s.p, b)
	s.estimate = min(s.estimate, da, db)
	if span > longestEdge {
		s.point(a)
		s.point(b)
		return
	}
	s.halves(a, b, da, db)
}

// halves searches an edge whose ends are da and db away, the nearer half first.
func (s *search) halves(a, b orb.Point, da, db float64) {
	if BoundDistance(s.p, orb.MultiPoint{a, b}.Bound()) > s.estimate {
		return
	}
	if max(math.Abs(a[0]-b[0]), math.Abs(a[1]-b[1])) <= pieceDegrees {
		s.piece(a, b)
		return
	}
	mid := orb.Point{a[0] + (b[0]-a[0])/2, a[1] + (b[1]-a[1])/2}
	d := Distance(s.p, mid)
	s.estimate = min(s.estimate, d)
	if da <= db {
		s.halves(a, mid, da, d)
		s.halves(mid, b, d, db)
	} else {
		s.halves(mid, b, d, db)
		s.halves(a, mid, da, d)
	}
}

func (s *search) piece(a, b orb.Point) {
	ax := degreesBetween(s.p[0], a[0])
	x, y := ax*s.perLon, (a[1]-s.p[1])*s.perLat
	dx, dy := (b[0]-a[0])*s.perLon, (b[1]-a[1])*s.perLat
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = min(1, max(0, -(x*dx+y*dy)/l))
	}
	d := math.Hypot(x+t*dx, y+t*dy)
	// The plane's scale is wrong by at most about tan(lat)·d/R; twice that is
	// a safe margin. The end of the edge counts as well.
	reach := max(math.Hypot(x, y), math.Hypot(x+dx, y+dy))
	err := 2 * s.tan * reach / leastRadius
	if err > 0.3 {
		s.edges = append(s.edges, candidate{a, b, BoundDistance(s.p, orb.MultiPoint{a, b}.Bound())})
		return
	}
	floor := d * (1 - err)
	if floor > s.estimate {
		return
	}
	if ceil := d * (1 + err); ceil < s.estimate {
		s.estimate = ceil
	}
	s.edges = append(s.edges, candidate{a, b, floor})
}

func (s *search) finish() {
	// The most promising one first: it rules out most of the others.
	for i := range s.edges {
		if s.edges[i].floor < s.edges[0].floor {
			s.edges[0], s.edges[i] = s.edges[i], s.edges[0]
		}
	}
	for _, e := range s.edges {
		if e.floor < s.best && e.floor <= s.estimate {
			s.solve(e.a, e.b)
		}
	}
}

// solve finds the place of a–b nearest to p by Newton's method on the chord
// through the Earth, whose minimum agrees with the geodesic's to second order.
func (s *search) solve(a, b orb.Point) {
	ax := degreesBetween(s.p[0], a[0])
	dLon, dLat := b[0]-a[0], b[1]-a[1]
	t, last := 0.5, 2.0
	for range 12 {
		f := frameAt(ax+t*dLon, a[1]+t*dLat)
		tangent := f.east.along(dLon * radian).plus(f.north.along(dLat * radian))
		l2 := tangent.dot(tangent)
		if l2 == 0 {
			break
		}
		away := f.place.sub(s.at.place)
		bend := max(0.1, 1-away.dot(away)/(2*semiMajor*semiMajor))
		last = t
		t = min(1, max(0, t-away.dot(tangent)/(l2*bend)))
		if math.Abs(t-last)*math.Sqrt(l2) < 1e-6 {
			break
		}
	}
	s.point(a)
	s.point(b)
	s.point(orb.Point{a[0] + t*dLon, a[1] + t*dLat})
}
