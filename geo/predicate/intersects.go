package predicate

import "github.com/paulmach/orb"

// Intersects reports whether a and b share a point, borders included. To ask
// many times about the same geometry, Prepare it.
func Intersects(a, b orb.Geometry) bool {
	ab, bb := bound(a), bound(b)
	if !overlap(ab, bb) {
		return false
	}
	// Index the larger one; points and boxes ask.
	if p, ok := a.(orb.Point); ok {
		if q, ok := b.(orb.Point); ok {
			return p == q
		}
		return Prepare(b).touches(p)
	}
	return Prepare(a).Intersects(b)
}

// Within reports whether a lies within b as OGC Simple Features defines it: no
// point of a outside b, and the interiors share a point. A line along the border
// of a polygon is therefore not within it. Empty geometries are within nothing.
func Within(a, b orb.Geometry) bool {
	ab, bb := bound(a), bound(b)
	return !empty(ab) && !empty(bb) && holdsBox(bb, ab) && Prepare(b).Contains(a)
}

// Intersects reports whether the geometry and g share a point, borders included.
func (p *Prepared) Intersects(g orb.Geometry) bool {
	switch g := g.(type) {
	case orb.Point:
		return p.touches(g)
	case orb.MultiPoint:
		for _, q := range g {
			if p.touches(q) {
				return true
			}
		}
	case orb.LineString:
		return p.meetsChain(g)
	case orb.MultiLineString:
		for _, l := range g {
			if p.meetsChain(l) {
				return true
			}
		}
	case orb.Ring:
		return p.meetsPolygon(orb.Polygon{g})
	case orb.Polygon:
		return p.meetsPolygon(g)
	case orb.MultiPolygon:
		for _, part := range g {
			if p.meetsPolygon(part) {
				return true
			}
		}
	case orb.Bound:
		return !empty(g) && p.Intersects(boxShape(g))
	case orb.Collection:
		for _, part := range g {
			if p.Intersects(part) {
				return true
			}
		}
	}
	return false
}

// meetsChain reports whether the chain of vertices shares a point with p.
func (p *Prepared) meetsChain(c []orb.Point) bool {
	if len(c) == 0 || !overlap(p.bound, orb.MultiPoint(c).Bound()) {
		return false
	}
	if p.touches(c[0]) {
		return true
	}
	for i := 1; i < len(c); i++ {
		a, b := c[i-1], c[i]
		for _, area := range p.areas {
			if area.meets(a, b) {
				return true
			}
		}
		if p.lines != nil && p.lines.meets(a, b) {
			return true
		}
	}
	for q := range p.points {
		for i := 1; i < len(c); i++ {
			if onSegment(c[i-1], c[i], q) {
				return true
			}
		}
	}
	return false
}

func (p *Prepared) meetsPolygon(g orb.Polygon) bool {
	if !overlap(p.bound, bound(g)) {
		return false
	}
	for _, r := range g {
		if p.meetsChain(r) {
			return true
		}
	}
	// No borders meet: every connected part of p lies wholly in or out of g,
	// and one vertex of it tells.
	for q := range p.points {
		if locatePolygon(g, q) != Outside {
			return true
		}
	}
	for _, q := range p.heads {
		if locatePolygon(g, q) != Outside {
			return true
		}
	}
	for _, a := range p.areas {
		for _, q := range a.corners {
			if locatePolygon(g, q) != Outside {
				return true
			}
		}
	}
	return false
}

// locatePolygon is the position of q in a polygon, without an index.
func locatePolygon(g orb.Polygon, q orb.Point) Position {
	inside := false
	for _, r := range g {
		switch locateRing(r, q) {
		case Border:
			return Border
		case Inside:
			inside = !inside
		}
	}
	if inside {
		return Inside
	}
	return Outside
}

func locateRing(r orb.Ring, q orb.Point) Position {
	inside := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if a[1] > b[1] {
			a, b = b, a
		}
		if q[1] < a[1] || q[1] > b[1] || q[0] > a[0] && q[0] > b[0] {
			continue
		}
		if a[1] == b[1] {
			if q[0] >= min(a[0], b[0]) {
				return Border
			}
			continue
		}
		switch orient(a, b, q) {
		case 0:
			return Border
		case 1:
			if q[1] != b[1] {
				inside = !inside
			}
		}
	}
	if inside {
		return Inside
	}
	return Outside
}

// bound is g.Bound(), with an empty box for nil and for collections of nothing.
func bound(g orb.Geometry) orb.Bound {
	switch g := g.(type) {
	case nil:
		return emptyBound()
	case orb.Collection:
		b := emptyBound()
		for _, part := range g {
			if pb := bound(part); empty(b) {
				b = pb
			} else if !empty(pb) {
				b = b.Union(pb)
			}
		}
		return b
	case orb.MultiPolygon:
		b := emptyBound()
		for _, part := range g {
			if pb := bound(part); empty(b) {
				b = pb
			} else if !empty(pb) {
				b = b.Union(pb)
			}
		}
		return b
	}
	if b := g.Bound(); !empty(b) {
		return b
	}
	return emptyBound()
}

// overlap reports whether two closed boxes share a point; empty ones do not.
func overlap(a, b orb.Bound) bool {
	return !empty(a) && !empty(b) && a.Min[0] <= b.Max[0] && b.Min[0] <= a.Max[0] &&
		a.Min[1] <= b.Max[1] && b.Min[1] <= a.Max[1]
}
