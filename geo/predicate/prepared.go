package predicate

import (
	"github.com/paulmach/orb"
)

// Position is where a point lies relative to a geometry.
type Position uint8

// The positions. For a line, Inside is any place on it but its ends (OGC:
// points that end an odd number of its parts), which are its Border. For
// points, Inside is equality.
const (
	Outside Position = iota
	Border
	Inside
)

// String is "outside", "border" or "inside".
func (p Position) String() string { return [...]string{"outside", "border", "inside"}[min(p, 2)] }

// BoxRelation is how a box lies to a geometry.
type BoxRelation uint8

// The relations of a box.
const (
	BoxOutside BoxRelation = iota // no point of the box touches the geometry
	BoxCrosses                    // it may touch, or not be known: test what is in it
	BoxInside                     // every point of the closed box lies inside the geometry
)

// String is "outside", "crosses" or "inside".
func (r BoxRelation) String() string { return [...]string{"outside", "crosses", "inside"}[min(r, 2)] }

// Prepared is a geometry indexed for many questions. It is immutable and safe
// for any goroutine; it keeps no reference to the geometry's slices except for
// the collections it was made from.
type Prepared struct {
	geometry orb.Geometry
	bound    orb.Bound
	points   map[orb.Point]struct{} // of points and multipoints
	lines    *edgeIndex             // of line strings; nil without
	heads    []orb.Point            // first vertex of each line string
	ends     map[orb.Point]struct{} // border points of the lines
	areas    []*area                // one for each polygon or multipolygon
	mixed    bool                   // a collection of several parts
}

// area is a polygon or multipolygon.
type area struct {
	*edgeIndex
	corners []orb.Point // one vertex of each ring
}

// Prepare indexes g. Any geometry is accepted; nil and empty ones have no point
// in common with anything. A Ring is taken as a polygon, a Bound as its closed
// rectangle. O(n) time and memory, some 100 bytes a vertex.
func Prepare(g orb.Geometry) *Prepared {
	p := &Prepared{geometry: g, bound: emptyBound()}
	b := builder{p: p, odd: map[orb.Point]bool{}}
	b.add(g)
	if len(b.segments) > 0 {
		p.lines = newEdgeIndex(b.segments)
		p.grow(p.lines.bound)
		p.ends = map[orb.Point]struct{}{}
		for q, odd := range b.odd {
			if odd {
				p.ends[q] = struct{}{}
			}
		}
	}
	p.mixed = b.parts > 1
	return p
}

func (p *Prepared) grow(b orb.Bound) {
	if empty(p.bound) {
		p.bound = b
	} else if !empty(b) {
		p.bound = p.bound.Union(b)
	}
}

func empty(b orb.Bound) bool { return b.Min[0] > b.Max[0] || b.Min[1] > b.Max[1] }

// builder sorts the parts of a geometry by dimension.
type builder struct {
	p        *Prepared
	segments []edge
	odd      map[orb.Point]bool // ends of lines seen an odd number of times
	parts    int                // non-empty elements that are not collections
}

func (b *builder) add(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Point:
		b.points(g)
	case orb.MultiPoint:
		b.points(g...)
	case orb.LineString:
		b.lines(g)
	case orb.MultiLineString:
		b.lines(g...)
	case orb.Ring:
		b.area(orb.Polygon{g})
	case orb.Polygon:
		b.area(g)
	case orb.MultiPolygon:
		b.area(g...)
	case orb.Bound:
		if !empty(g) {
			b.add(boxShape(g))
		}
	case orb.Collection:
		for _, part := range g {
			b.add(part)
		}
	}
}

// boxShape is the box as the shape it is: one without area is a line or a point.
func boxShape(b orb.Bound) orb.Geometry {
	switch {
	case b.Min == b.Max:
		return b.Min
	case b.Min[0] == b.Max[0] || b.Min[1] == b.Max[1]:
		return orb.LineString{b.Min, b.Max}
	}
	return orb.Polygon{b.ToRing()}
}

func (b *builder) points(ps ...orb.Point) {
	if len(ps) == 0 {
		return
	}
	b.parts++
	if b.p.points == nil {
		b.p.points = make(map[orb.Point]struct{}, len(ps))
	}
	for _, q := range ps {
		b.p.points[q] = struct{}{}
		b.p.grow(orb.Bound{Min: q, Max: q})
	}
}

func (b *builder) lines(ls ...orb.LineString) {
	some := false
	for _, l := range ls {
		if len(l) == 0 {
			continue
		}
		some = true
		b.p.heads = append(b.p.heads, l[0])
		if len(l) == 1 {
			b.segments = append(b.segments, edge{l[0], l[0]})
			continue
		}
		for i := 1; i < len(l); i++ {
			if l[i] != l[i-1] || len(l) == 2 {
				b.segments = append(b.segments, edge{l[i-1], l[i]})
			}
		}
		if first, last := l[0], l[len(l)-1]; first != last {
			b.odd[first] = !b.odd[first]
			b.odd[last] = !b.odd[last]
		}
	}
	if some {
		b.parts++
	}
}

func (b *builder) area(ps ...orb.Polygon) {
	n := 0
	for _, p := range ps {
		for _, r := range p {
			n += len(r)
		}
	}
	if n == 0 {
		return
	}
	edges := make([]edge, 0, n)
	a := &area{}
	for _, p := range ps {
		for _, r := range p {
			if len(r) == 0 {
				continue
			}
			a.corners = append(a.corners, r[0])
			for i := 1; i < len(r); i++ {
				if r[i] != r[i-1] {
					edges = append(edges, edge{r[i-1], r[i]})
				}
			}
			if last := r[len(r)-1]; last != r[0] {
				edges = append(edges, edge{last, r[0]})
			}
		}
	}
	if len(edges) == 0 {
		return
	}
	b.parts++
	a.edgeIndex = newEdgeIndex(edges)
	b.p.areas = append(b.p.areas, a)
	b.p.grow(a.bound)
}

// Bound is the box around the geometry; Min > Max when it is empty.
func (p *Prepared) Bound() orb.Bound { return p.bound }

// Geometry is the geometry p was made from.
func (p *Prepared) Geometry() orb.Geometry { return p.geometry }

// IsEmpty reports whether the geometry has no point at all.
func (p *Prepared) IsEmpty() bool { return empty(p.bound) }

// Locate gives the position of q, exactly. For collections, the innermost
// position in any part. About 100 ns for a polygon of 10,000 vertices that is
// not a comb.
func (p *Prepared) Locate(q orb.Point) Position {
	if !p.bound.Contains(q) {
		return Outside
	}
	best := Outside
	for _, a := range p.areas {
		switch a.locate(q) {
		case Inside:
			return Inside
		case Border:
			best = Border
		}
	}
	if _, ok := p.points[q]; ok {
		return Inside
	}
	if p.lines != nil && p.lines.holds(q) {
		if _, end := p.ends[q]; !end {
			return Inside
		}
		return Border
	}
	return best
}

// touches reports whether q lies anywhere on the geometry.
func (p *Prepared) touches(q orb.Point) bool { return p.Locate(q) != Outside }

// RelateBox gives the relation of the closed box b to the geometry, never
// BoxInside or BoxOutside wrongly. An edge that only touches the box from
// outside gives BoxCrosses, and so does every line or point that meets it. An
// empty box is BoxOutside.
func (p *Prepared) RelateBox(b orb.Bound) BoxRelation {
	if empty(b) || !overlap(p.bound, b) {
		return BoxOutside
	}
	relation := BoxOutside
	for _, a := range p.areas {
		if !overlap(a.bound, b) {
			continue
		}
		if a.meetsBox(b) {
			relation = BoxCrosses
		} else if a.locate(b.Min) == Inside {
			return BoxInside
		}
	}
	if relation == BoxCrosses {
		return relation
	}
	if p.lines != nil && p.lines.meetsBox(b) {
		return BoxCrosses
	}
	for q := range p.points {
		if b.Contains(q) {
			return BoxCrosses
		}
	}
	return relation
}
