package geotest

import (
	"math/big"
	"slices"

	"github.com/paulmach/orb"
)

// Matrix is the DE-9IM matrix of two valid geometries in the plane, such as
// "212101212", worked out in exact rational numbers from the definition: all
// segments are cut where they meet, and every node, piece and face between them
// is placed in both. Either may be empty; collections and repeated points are not
// for it. It is slow, O(n³) big numbers, and depends on nothing of this program.
func Matrix(a, b orb.Geometry) string {
	ga, gb := exactOf(a), exactOf(b)
	m := matrix{{-1, -1, -1}, {-1, -1, -1}, {-1, -1, 2}}
	segments := slices.Concat(ga.lines, ga.rings, gb.lines, gb.rings)
	for _, q := range slices.Concat(ga.points, gb.points) {
		m.put(ga.locate(q), gb.locate(q), 0)
	}
	for i, s := range segments {
		nodes := []ratPoint{s[0], s[1]}
		for j, o := range segments {
			if i != j {
				nodes = append(nodes, s.meet(o)...)
			}
		}
		slices.SortFunc(nodes, func(p, q ratPoint) int {
			if c := p.x.Cmp(q.x); c != 0 {
				return c
			}
			return p.y.Cmp(q.y)
		})
		nodes = slices.CompactFunc(nodes, ratPoint.equal)
		for k, p := range nodes {
			m.put(ga.locate(p), gb.locate(p), 0)
			if k == 0 {
				continue
			}
			mid := halfwayOf(nodes[k-1], p)
			m.put(ga.locate(mid), gb.locate(mid), 1)
			level := nodes[k-1].y.Cmp(p.y) == 0
			for _, far := range [2]bool{false, true} {
				m.put(ga.side(mid, level, far), gb.side(mid, level, far), 2)
			}
		}
	}
	return m.String()
}

// The rows and columns of a matrix.
const (
	interior = iota
	boundary
	exterior
)

type matrix [3][3]int

func (m *matrix) put(row, column, dimension int) {
	m[row][column] = max(m[row][column], dimension)
}

// String has F for what is empty.
func (m *matrix) String() string {
	var out []byte
	for _, row := range m {
		for _, d := range row {
			if d < 0 {
				out = append(out, 'F')
			} else {
				out = append(out, byte('0'+d))
			}
		}
	}
	return string(out)
}

type ratPoint struct{ x, y *big.Rat }

func (p ratPoint) equal(q ratPoint) bool { return p.x.Cmp(q.x) == 0 && p.y.Cmp(q.y) == 0 }

func ratOf(p orb.Point) ratPoint {
	return ratPoint{new(big.Rat).SetFloat64(p[0]), new(big.Rat).SetFloat64(p[1])}
}

func halfwayOf(p, q ratPoint) ratPoint {
	half := big.NewRat(1, 2)
	x, y := new(big.Rat).Add(p.x, q.x), new(big.Rat).Add(p.y, q.y)
	return ratPoint{x.Mul(x, half), y.Mul(y, half)}
}

// cross is (b−a) × (c−a).
func cross(a, b, c ratPoint) *big.Rat {
	diff := func(p, q *big.Rat) *big.Rat { return new(big.Rat).Sub(p, q) }
	l := diff(b.x, a.x)
	l.Mul(l, diff(c.y, a.y))
	r := diff(b.y, a.y)
	return l.Sub(l, r.Mul(r, diff(c.x, a.x)))
}

type ratSegment [2]ratPoint

// holds reports whether p lies on the closed segment.
func (s ratSegment) holds(p ratPoint) bool {
	between := func(a, b, v *big.Rat) bool { return a.Cmp(v)*v.Cmp(b) >= 0 }
	return between(s[0].x, s[1].x, p.x) && between(s[0].y, s[1].y, p.y) && cross(s[0], s[1], p).Sign() == 0
}

// meet is the place where two segments meet, or the ends of the piece they share.
func (s ratSegment) meet(o ratSegment) []ratPoint {
	c0, c1 := cross(s[0], s[1], o[0]), cross(s[0], s[1], o[1])
	d0, d1 := cross(o[0], o[1], s[0]), cross(o[0], o[1], s[1])
	if c0.Sign()*c1.Sign() > 0 || d0.Sign()*d1.Sign() > 0 {
		return nil
	}
	if c0.Sign() == 0 && c1.Sign() == 0 {
		var out []ratPoint
		for _, p := range o {
			if s.holds(p) {
				out = append(out, p)
			}
		}
		return out
	}
	// The place divides o in the ratio of the distances of its ends from s.
	t := new(big.Rat).Sub(c0, c1)
	t.Quo(c0, t)
	along := func(a, b *big.Rat) *big.Rat {
		v := new(big.Rat).Sub(b, a)
		return v.Add(a, v.Mul(v, t))
	}
	return []ratPoint{{along(o[0].x, o[1].x), along(o[0].y, o[1].y)}}
}

// exact is a geometry of one dimension.
type exact struct {
	points []ratPoint
	lines  []ratSegment
	rings  []ratSegment
	ends   []ratPoint // of lines, an odd number of times
}

func exactOf(g orb.Geometry) *exact {
	e := &exact{}
	switch g := g.(type) {
	case orb.Point:
		e.points = append(e.points, ratOf(g))
	case orb.MultiPoint:
		for _, p := range g {
			e.points = append(e.points, ratOf(p))
		}
	case orb.LineString:
		e.line(g)
	case orb.MultiLineString:
		for _, l := range g {
			e.line(l)
		}
	case orb.Polygon:
		e.polygon(g)
	case orb.MultiPolygon:
		for _, p := range g {
			e.polygon(p)
		}
	case orb.Bound:
		e.polygon(g.ToPolygon())
	case orb.Ring:
		e.polygon(orb.Polygon{g})
	}
	return e
}

func segmentsOf(l []orb.Point) []ratSegment {
	var out []ratSegment
	for i := 1; i < len(l); i++ {
		if l[i] != l[i-1] {
			out = append(out, ratSegment{ratOf(l[i-1]), ratOf(l[i])})
		}
	}
	return out
}

func (e *exact) line(l orb.LineString) {
	if len(l) == 0 {
		return
	}
	e.lines = append(e.lines, segmentsOf(l)...)
	for _, p := range []ratPoint{ratOf(l[0]), ratOf(l[len(l)-1])} {
		if i := slices.IndexFunc(e.ends, p.equal); i >= 0 {
			e.ends = slices.Delete(e.ends, i, i+1)
		} else {
			e.ends = append(e.ends, p)
		}
	}
}

func (e *exact) polygon(p orb.Polygon) {
	for _, r := range p {
		e.rings = append(e.rings, segmentsOf(r)...)
	}
}

func (e *exact) locate(q ratPoint) int {
	if slices.ContainsFunc(e.points, q.equal) {
		return interior
	}
	holds := func(s ratSegment) bool { return s.holds(q) }
	switch {
	case slices.ContainsFunc(e.lines, holds):
		if slices.ContainsFunc(e.ends, q.equal) {
			return boundary
		}
		return interior
	case slices.ContainsFunc(e.rings, holds):
		return boundary
	}
	if odd, _ := e.crossings(q, false); odd%2 == 1 {
		return interior
	}
	return exterior
}

// crossings counts the outlines a ray from q meets, going east or, if level,
// north: those beyond q, and those at q.
func (e *exact) crossings(q ratPoint, level bool) (beyond, at int) {
	turn := func(p ratPoint) ratPoint {
		if level {
			return ratPoint{p.y, p.x}
		}
		return p
	}
	q = turn(q)
	for _, s := range e.rings {
		a, b := turn(s[0]), turn(s[1])
		if a.y.Cmp(b.y) > 0 {
			a, b = b, a
		}
		if a.y.Cmp(q.y) > 0 || q.y.Cmp(b.y) >= 0 {
			continue
		}
		switch cross(a, b, q).Sign() {
		case 1:
			beyond++
		case 0:
			at++
		}
	}
	return beyond, at
}

// side places the face beside the piece whose middle is q: the one to the east,
// or north of a level piece, if far, and else the other one.
func (e *exact) side(q ratPoint, level, far bool) int {
	beyond, at := e.crossings(q, level)
	if !far {
		beyond += at
	}
	if beyond%2 == 1 {
		return interior
	}
	return exterior
}
