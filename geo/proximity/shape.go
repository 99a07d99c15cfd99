package proximity

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/measure"
	"wutu/geo/predicate"
)

// few is the number of edges up to which a plain loop beats the tree.
const few = 24

// Shape is a geometry made ready for many distances. It is immutable and safe for
// any number of goroutines. The geometry must not be changed.
type Shape struct {
	geometry orb.Geometry
	meets    *predicate.Prepared
	edges    []Edge
	tree     *index.Packed // over the edges' boxes
	order    []uint32      // row of the tree to edge
	boxes    []orb.Bound   // of the edges
}

// Edge is a segment between two neighbouring vertices; both are the same for a
// point. Lon/lat degrees.
type Edge struct{ A, B orb.Point }

// New makes g ready, in O(n log n) for n vertices. Nil and empty geometries are
// infinitely far from everything.
func New(g orb.Geometry) *Shape {
	s := &Shape{geometry: g, meets: predicate.Prepare(g)}
	s.add(g)
	s.boxes = make([]orb.Bound, len(s.edges))
	for i, e := range s.edges {
		s.boxes[i] = orb.Bound{Min: e.A, Max: e.A}.Extend(e.B)
	}
	s.tree, s.order = index.Build(len(s.edges), func(i int) orb.Bound { return s.boxes[i] })
	return s
}

func (s *Shape) add(g orb.Geometry) {
	chain := func(c []orb.Point) {
		if len(c) == 1 {
			s.edges = append(s.edges, Edge{c[0], c[0]})
		}
		for i := 1; i < len(c); i++ {
			s.edges = append(s.edges, Edge{c[i-1], c[i]})
		}
	}
	switch g := g.(type) {
	case orb.Point:
		s.edges = append(s.edges, Edge{g, g})
	case orb.MultiPoint:
		for _, p := range g {
			s.add(p)
		}
	case orb.LineString:
		chain(g)
	case orb.MultiLineString:
		for _, l := range g {
			chain(l)
		}
	case orb.Ring:
		chain(g)
	case orb.Polygon:
		for _, r := range g {
			chain(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			s.add(p)
		}
	case orb.Bound:
		if !g.IsEmpty() {
			chain(g.ToRing())
		}
	case orb.Collection:
		for _, part := range g {
			s.add(part)
		}
	}
}

// Geometry is what the Shape was made of.
func (s *Shape) Geometry() orb.Geometry { return s.geometry }

// Bound is the box around the geometry; Min > Max when it is empty.
func (s *Shape) Bound() orb.Bound { return s.meets.Bound() }

// Edges are the edges in order: of a line, edge i leads from vertex i to i+1. The
// caller must not change them.
func (s *Shape) Edges() []Edge { return s.edges }

// Near calls fn for every edge whose box meets b, in no particular order, until fn
// returns false.
func (s *Shape) Near(b orb.Bound, fn func(edge int) bool) {
	s.tree.Search(b, func(row uint32) bool { return fn(int(s.order[row])) })
}

// Meets reports whether g shares a point with the geometry, borders included.
func (s *Shape) Meets(g orb.Geometry) bool { return s.meets.Intersects(g) }

// Distance returns the metres between the geometry and g: 0 when they share a
// point, +Inf when one of them is empty. It costs O(v log n) for v vertices of g
// and n of the geometry, and v for each vertex of it that is about as near.
func (s *Shape) Distance(g orb.Geometry) float64 {
	if p, ok := g.(orb.Point); ok {
		return s.fromPoint(p)
	}
	if g == nil || len(s.edges) == 0 {
		return math.Inf(1)
	}
	if p, ok := s.geometry.(orb.Point); ok {
		return measure.DistanceTo(p, g)
	}
	if s.meets.Intersects(g) {
		return 0
	}
	best := math.Inf(1)
	measure.Vertices(g, func(p orb.Point) bool {
		if d, _ := s.nearestEdge(p, best); d < best {
			best = d
		}
		return true
	})
	if math.IsInf(best, 1) {
		return best
	}
	s.Near(measure.Pad(g.Bound(), best), func(edge int) bool {
		e := s.edges[edge]
		best = min(best, measure.DistanceTo(e.A, g), measure.DistanceTo(e.B, g))
		return true
	})
	return best
}

func (s *Shape) fromPoint(p orb.Point) float64 {
	if len(s.edges) <= few {
		return measure.DistanceTo(p, s.geometry)
	}
	if s.meets.Locate(p) != predicate.Outside {
		return 0
	}
	d, _ := s.nearestEdge(p, math.Inf(1))
	return d
}

// nearestEdge returns the distance from p to the nearest edge, the first of
// several, and its number; limit and -1 when none is nearer than limit.
func (s *Shape) nearestEdge(p orb.Point, limit float64) (float64, int) {
	best, at := limit, -1
	look := func(i int, d float64) {
		if d < best || d == best && at >= 0 && i < at {
			best, at = d, i
		}
	}
	if len(s.edges) <= few {
		for i := range s.edges {
			look(i, s.edgeDistance(p, i))
		}
		return best, at
	}
	s.tree.Nearest(func(b orb.Bound) float64 { return measure.BoundDistance(p, b) },
		func(row uint32) float64 { return s.edgeDistance(p, int(s.order[row])) },
		func(row uint32, d float64) bool {
			look(int(s.order[row]), d)
			return d <= best
		})
	return best, at
}

func (s *Shape) edgeDistance(p orb.Point, i int) float64 {
	e := s.edges[i]
	if e.A == e.B {
		return measure.Distance(p, e.A)
	}
	return measure.DistanceTo(p, orb.LineString{e.A, e.B})
}

// Nearest returns the distance from p to the nearest edge, the place on it, and
// its number, the first of several: unlike Distance it is not 0 inside a polygon.
// The edge is -1 when the geometry is empty.
func (s *Shape) Nearest(p orb.Point) (metres float64, place orb.Point, edge int) {
	metres, edge = s.nearestEdge(p, math.Inf(1))
	if edge < 0 {
		return metres, p, edge
	}
	e := s.edges[edge]
	metres, place = measure.Nearest(p, orb.LineString{e.A, e.B})
	return metres, place, edge
}

// Floor returns a lower bound on Distance to everything that lies in the box b,
// +Inf when b or the geometry is empty.
func (s *Shape) Floor(b orb.Bound) float64 {
	if p, ok := s.geometry.(orb.Point); ok {
		return measure.BoundDistance(p, b)
	}
	if b.IsEmpty() || len(s.edges) == 0 {
		return math.Inf(1)
	}
	whole := measure.BoxDistance(s.Bound(), b)
	if whole > 0 {
		if len(s.edges) <= few {
			return whole
		}
	} else if s.meets.RelateBox(b) != predicate.BoxOutside {
		return 0
	}
	floor := math.Inf(1)
	s.tree.Nearest(func(n orb.Bound) float64 { return measure.BoxDistance(n, b) },
		func(row uint32) float64 { return measure.BoxDistance(s.boxes[s.order[row]], b) },
		func(_ uint32, d float64) bool {
			floor = d
			return false
		})
	return floor
}
