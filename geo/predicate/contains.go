package predicate

import (
	"slices"

	"github.com/paulmach/orb"
	"github.com/peterstace/simplefeatures/geom"
)

// Contains reports whether g lies within the geometry as OGC Simple Features
// defines it: no point of g outside, and the interiors share a point. What lies
// only on the border is not contained (use Covers). Neither contains nor is
// contained anything empty.
//
// Exact for points, lines, polygons and their multis; collections of several
// parts that hold lines or areas go by the DE-9IM matrix of simplefeatures.
func (p *Prepared) Contains(g orb.Geometry) bool {
	if _, many := g.(orb.Collection); many || p.mixed {
		return matrix(geom.Contains, p.geometry, g)
	}
	inside, covered := p.cover(g)
	return covered && inside
}

// Covers reports whether no point of g lies outside the geometry, which, unlike
// Contains, what lies on its border satisfies. Empty geometries are not covered.
func (p *Prepared) Covers(g orb.Geometry) bool {
	_, covered := p.cover(g)
	return covered
}

// cover reports whether g is covered, and whether some of g's interior lies in
// the interior of p. Inside is meaningful only when covered is true.
func (p *Prepared) cover(g orb.Geometry) (inside, covered bool) {
	if b := bound(g); empty(b) || empty(p.bound) || !holdsBox(p.bound, b) {
		return false, false
	}
	inside, covered = false, true
	each := func(in, cov bool) bool {
		inside = inside || in
		covered = covered && cov
		return covered
	}
	switch g := g.(type) {
	case orb.Point:
		at := p.Locate(g)
		return at == Inside, at != Outside
	case orb.MultiPoint:
		for _, q := range g {
			at := p.Locate(q)
			if !each(at == Inside, at != Outside) {
				break
			}
		}
	case orb.LineString:
		return p.coverLine(g)
	case orb.MultiLineString:
		for _, l := range g {
			if len(l) > 0 && !each(p.coverLine(l)) {
				break
			}
		}
	case orb.Ring:
		return p.coverArea(orb.MultiPolygon{{g}})
	case orb.Polygon:
		return p.coverArea(orb.MultiPolygon{g})
	case orb.Bound:
		return p.cover(boxShape(g))
	case orb.MultiPolygon:
		return p.coverArea(g)
	case orb.Collection:
		for _, part := range g {
			if !empty(bound(part)) && !each(p.cover(part)) {
				break
			}
		}
	}
	return inside, covered
}

func holdsBox(outer, inner orb.Bound) bool {
	return inner.Min[0] >= outer.Min[0] && inner.Min[1] >= outer.Min[1] &&
		inner.Max[0] <= outer.Max[0] && inner.Max[1] <= outer.Max[1]
}

// coverLine tries each area, then the lines.
func (p *Prepared) coverLine(l orb.LineString) (inside, covered bool) {
	if len(l) == 1 || slices.IndexFunc(l, func(q orb.Point) bool { return q != l[0] }) < 0 {
		at := p.Locate(l[0])
		return at == Inside, at != Outside
	}
	for _, a := range p.areas {
		t := a.trace(l)
		if !t.Outside {
			inside, covered = inside || t.Inside, true
		}
	}
	if covered {
		return inside, true
	}
	if p.lines == nil {
		return false, false
	}
	for i := 1; i < len(l); i++ {
		if !p.lines.coversSegment(l[i-1], l[i]) {
			return false, false
		}
	}
	return true, true
}

// coverArea asks whether the polygons' outlines never leave one of the areas,
// and no border of that area runs through their inside.
func (p *Prepared) coverArea(m orb.MultiPolygon) (inside, covered bool) {
	for _, a := range p.areas {
		if a.coversArea(m) {
			return true, true
		}
	}
	if len(p.areas) < 2 || len(m) < 2 {
		return false, false
	}
	for _, part := range m {
		if len(part) == 0 {
			continue
		}
		if _, ok := p.coverArea(orb.MultiPolygon{part}); !ok {
			return false, false
		}
	}
	return true, true
}

func (a *area) coversArea(m orb.MultiPolygon) bool {
	for _, part := range m {
		for _, r := range part {
			if a.trace(r).Outside {
				return false
			}
		}
	}
	var inner builder
	inner.p = &Prepared{bound: emptyBound()}
	inner.area(m...)
	if len(inner.p.areas) == 0 {
		return false
	}
	b := inner.p.areas[0]
	return a.near(b.bound.Min, b.bound.Max, func(e *edge) bool {
		return !b.trace([]orb.Point{e.a, e.b}).Inside
	})
}

// Trace says where the open pieces of a line lie relative to the area of a
// geometry: those between the places where it touches or crosses the border.
type Trace struct{ Inside, Border, Outside bool }

// TraceLine follows l relative to the polygons of the geometry. A line that
// crosses a border has pieces inside and outside. Single places of contact do
// not count. Exact; a line without length gives the zero Trace.
func (p *Prepared) TraceLine(l orb.LineString) Trace {
	var t Trace
	for i, a := range p.areas {
		ta := a.trace(l)
		t.Inside = t.Inside || ta.Inside
		t.Border = t.Border || ta.Border
		t.Outside = ta.Outside && (i == 0 || t.Outside)
	}
	if len(p.areas) == 0 {
		t.Outside = len(l) > 1
	}
	return t
}

func (a *area) trace(l []orb.Point) Trace {
	var t Trace
	var cuts []orb.Point
	var crossed []edge
	for i := 1; i < len(l); i++ {
		p, q := l[i-1], l[i]
		if p == q {
			continue
		}
		cuts, crossed = append(cuts[:0], p, q), crossed[:0]
		lo := orb.Point{min(p[0], q[0]), min(p[1], q[1])}
		hi := orb.Point{max(p[0], q[0]), max(p[1], q[1])}
		a.near(lo, hi, func(e *edge) bool {
			if segmentsCross(e.a, e.b, p, q) {
				crossed = append(crossed, *e)
			}
			for _, v := range [2]orb.Point{e.a, e.b} {
				if v != p && v != q && onSegment(p, q, v) {
					cuts = append(cuts, v)
				}
			}
			return true
		})
		// Where an edge is crossed, one side is inside, unless another ring
		// touches the edge at that very place, which then is a cut.
		for _, e := range crossed {
			if !slices.ContainsFunc(cuts[2:], func(v orb.Point) bool { return onSegment(e.a, e.b, v) }) {
				return Trace{Inside: true, Border: t.Border, Outside: true}
			}
		}
		sortAlong(cuts, p, q)
		for j := 1; j < len(cuts); j++ {
			if cuts[j] == cuts[j-1] {
				continue
			}
			switch a.locateMid(cuts[j-1], cuts[j]) {
			case Inside:
				t.Inside = true
			case Border:
				t.Border = true
			case Outside:
				t.Outside = true
			}
		}
	}
	return t
}

// sortAlong orders places on the segment p–q from p to q.
func sortAlong(cuts []orb.Point, p, q orb.Point) {
	axis := 0
	if p[0] == q[0] {
		axis = 1
	}
	sign := compare(q[axis], p[axis])
	slices.SortFunc(cuts, func(a, b orb.Point) int {
		if c := sign * compare(a[axis], b[axis]); c != 0 {
			return c
		}
		return compare(a[1], b[1]) * compare(q[1], p[1])
	})
}

// coversSegment reports whether the edges together cover the segment p–q.
func (x *edgeIndex) coversSegment(p, q orb.Point) bool {
	if p == q {
		return x.holds(p)
	}
	cuts := []orb.Point{p, q}
	var along []edge // those on the same line
	lo := orb.Point{min(p[0], q[0]), min(p[1], q[1])}
	hi := orb.Point{max(p[0], q[0]), max(p[1], q[1])}
	x.near(lo, hi, func(e *edge) bool {
		if orient(p, q, e.a) == 0 && orient(p, q, e.b) == 0 {
			along = append(along, *e)
			for _, v := range [2]orb.Point{e.a, e.b} {
				if inSpan(p, q, v) {
					cuts = append(cuts, v)
				}
			}
		}
		return true
	})
	sortAlong(cuts, p, q)
	for i := 1; i < len(cuts); i++ {
		c, d := cuts[i-1], cuts[i]
		if c != d && !slices.ContainsFunc(along, func(e edge) bool { return inSpan(e.a, e.b, c) && inSpan(e.a, e.b, d) }) {
			return false
		}
	}
	return true
}
