package mvt

import (
	"fmt"
	"slices"
)

// Violation is a rule of the specification that a tile breaks.
type Violation struct {
	Layer   string
	Feature int    // position in the layer, -1 when the layer itself is meant
	Rule    string // short name, stable
	Detail  string
}

// String is one line for messages.
func (v Violation) String() string {
	return fmt.Sprintf("layer %q feature %d: %s: %s", v.Layer, v.Feature, v.Rule, v.Detail)
}

// Verify decodes a tile and lists every rule of the specification that its
// content breaks, SHOULD rules included; nil for a perfect tile. Bytes that do
// not decode are one violation called "decode". It costs O(n log n) for the
// coordinates of usual geometry and is meant for checks, not for serving.
func Verify(b []byte) []Violation {
	decoded, err := Decode(b)
	if err != nil {
		return []Violation{{Feature: -1, Rule: "decode", Detail: err.Error()}}
	}
	var out []Violation
	names := map[string]bool{}
	for i := range decoded {
		l := &decoded[i]
		c := checker{layer: l, out: &out, feature: -1}
		if names[l.Name] {
			c.report("layer-name-unique", "%q occurs twice", l.Name)
		}
		names[l.Name] = true
		c.check()
	}
	return out
}

type checker struct {
	layer   *Layer
	feature int
	out     *[]Violation
}

func (c *checker) report(rule, format string, args ...any) {
	*c.out = append(*c.out, Violation{c.layer.Name, c.feature, rule, fmt.Sprintf(format, args...)})
}

func (c *checker) check() {
	l := c.layer
	if len(l.Features) == 0 {
		c.report("layer-empty", "has no feature")
	}
	duplicates(c, "keys-unique", l.Keys)
	duplicates(c, "values-unique", l.Values)
	usedKeys, usedValues := map[string]bool{}, map[Value]bool{}
	ids := map[uint64]bool{}
	for i := range l.Features {
		f := &l.Features[i]
		c.feature = i
		if f.HasID {
			if f.ID > MaxID {
				c.report("id-range", "%d is beyond 2^53-1", f.ID)
			}
			if ids[f.ID] {
				c.report("id-unique", "%d occurs twice", f.ID)
			}
			ids[f.ID] = true
		}
		keys := map[string]bool{}
		for _, t := range f.Tags {
			if keys[t.Key] {
				c.report("tag-unique", "%q occurs twice", t.Key)
			}
			keys[t.Key], usedKeys[t.Key], usedValues[t.Value] = true, true, true
		}
		c.geometry(&f.Geometry)
	}
	c.feature = -1
	if len(usedKeys) < len(l.Keys) || len(usedValues) < len(l.Values) {
		c.report("table-used", "%d of %d keys and %d of %d values are used", len(usedKeys), len(l.Keys), len(usedValues), len(l.Values))
	}
}

func duplicates[T comparable](c *checker, rule string, list []T) {
	seen := make(map[T]bool, len(list))
	for _, v := range list {
		if seen[v] {
			c.report(rule, "%v occurs twice", v)
		}
		seen[v] = true
	}
}

func (c *checker) geometry(g *Geometry) {
	extent := int64(c.layer.Extent)
	for _, p := range g.Coords {
		if x, y := int64(p.X), int64(p.Y); x <= -extent || y <= -extent || x >= 2*extent || y >= 2*extent {
			c.report("buffer", "%v is an extent or more outside", p)
			break
		}
	}
	switch g.Type {
	case Lines:
		for i := range g.Ends {
			line := g.Part(i)
			for j := 1; j < len(line); j++ {
				if line[j] == line[j-1] {
					c.report("zero-length", "segment %d of line %d", j, i)
				}
			}
		}
	case Polygons:
		c.polygons(g)
	case Points, Unknown:
	}
}

func (c *checker) polygons(g *Geometry) {
	var polygon [][]XY
	for i := range g.Ends {
		ring := g.Part(i)
		area := Area2(ring)
		c.ring(i, ring)
		switch {
		case area == 0:
			c.report("ring-area", "ring %d has no area", i)
		case area > 0:
			c.enclosure(polygon)
			polygon = [][]XY{ring}
		case polygon == nil:
			c.report("winding", "ring %d is interior and comes before any exterior ring", i)
		default:
			polygon = append(polygon, ring)
		}
	}
	c.enclosure(polygon)
}

// ring checks one ring: at least three points, none twice, no two edges
// touching except neighbours at their common point.
func (c *checker) ring(number int, ring []XY) {
	if len(ring) < 3 {
		c.report("ring-points", "ring %d has %d points", number, len(ring))
		return
	}
	if ring[0] == ring[len(ring)-1] {
		c.report("ring-closed-twice", "ring %d repeats its first point", number)
	}
	edges := edgesOf(ring, 0)
	pairs(edges, func(a, b edge) bool {
		touching, proper := contact(a, b)
		next := (a.index+1)%len(ring) == b.index || (b.index+1)%len(ring) == a.index
		switch {
		case !touching:
		case proper:
			c.report("ring-simple", "ring %d crosses itself: %v-%v, %v-%v", number, a.p, a.q, b.p, b.q)
			return false
		case !next || len(ring) > 2 && overlap(a, b):
			c.report("ring-simple", "ring %d touches itself: %v-%v, %v-%v", number, a.p, a.q, b.p, b.q)
			return false
		}
		return true
	})
}

// enclosure checks that the holes of a polygon lie inside its exterior ring and
// outside each other; touching at points is allowed.
func (c *checker) enclosure(polygon [][]XY) {
	var edges []edge
	for i, ring := range polygon {
		edges = append(edges, edgesOf(ring, i)...)
	}
	if len(polygon) < 2 {
		return
	}
	pairs(edges, func(a, b edge) bool {
		if a.ring == b.ring {
			return true
		}
		if _, proper := contact(a, b); proper || overlap(a, b) {
			c.report("hole-inside", "rings %d and %d cross or overlap at %v-%v, %v-%v", a.ring, b.ring, a.p, a.q, b.p, b.q)
			return false
		}
		return true
	})
	for i, hole := range polygon[1:] {
		for j, other := range polygon {
			if j == i+1 {
				continue
			}
			want := j == 0
			for k := range hole {
				// Middles of edges, doubled: points where rings only touch do not decide.
				p, q := hole[k], hole[(k+1)%len(hole)]
				side := locate(XY{p.X + q.X, p.Y + q.Y}, other)
				if side == 0 {
					continue
				}
				if (side > 0) != want {
					c.report("hole-inside", "hole %d is on the wrong side of ring %d", i+1, j)
				}
				break
			}
		}
	}
}

type edge struct {
	p, q        XY
	ring, index int
}

func edgesOf(ring []XY, number int) []edge {
	out := make([]edge, len(ring))
	for i := range ring {
		out[i] = edge{ring[i], ring[(i+1)%len(ring)], number, i}
	}
	return out
}

// pairs calls f for every two edges whose boxes meet, until f says stop.
func pairs(edges []edge, f func(a, b edge) bool) {
	slices.SortFunc(edges, func(a, b edge) int {
		if d := min(a.p.X, a.q.X) - min(b.p.X, b.q.X); d != 0 {
			return int(d)
		}
		return (a.ring-b.ring)<<32 + a.index - b.index
	})
	for i, a := range edges {
		right, top, bottom := max(a.p.X, a.q.X), min(a.p.Y, a.q.Y), max(a.p.Y, a.q.Y)
		for _, b := range edges[i+1:] {
			if min(b.p.X, b.q.X) > right {
				break
			}
			if min(b.p.Y, b.q.Y) > bottom || max(b.p.Y, b.q.Y) < top {
				continue
			}
			if !f(a, b) {
				return
			}
		}
	}
}

func turn(a, b, c XY) int {
	d := int64(b.X-a.X)*int64(c.Y-a.Y) - int64(b.Y-a.Y)*int64(c.X-a.X)
	switch {
	case d > 0:
		return 1
	case d < 0:
		return -1
	}
	return 0
}

func within(p XY, e edge) bool {
	return turn(e.p, e.q, p) == 0 &&
		p.X >= min(e.p.X, e.q.X) && p.X <= max(e.p.X, e.q.X) && p.Y >= min(e.p.Y, e.q.Y) && p.Y <= max(e.p.Y, e.q.Y)
}

// contact reports whether two edges have a point in common, and whether they
// cross at a point inside both.
func contact(a, b edge) (touching, proper bool) {
	s1, s2 := turn(a.p, a.q, b.p), turn(a.p, a.q, b.q)
	s3, s4 := turn(b.p, b.q, a.p), turn(b.p, b.q, a.q)
	if s1*s2 < 0 && s3*s4 < 0 {
		return true, true
	}
	return within(b.p, a) || within(b.q, a) || within(a.p, b) || within(a.q, b), false
}

// overlap reports whether two edges have more than a point in common.
func overlap(a, b edge) bool {
	if turn(a.p, a.q, b.p) != 0 || turn(a.p, a.q, b.q) != 0 {
		return false
	}
	if a.p.X != a.q.X {
		return min(max(a.p.X, a.q.X), max(b.p.X, b.q.X)) > max(min(a.p.X, a.q.X), min(b.p.X, b.q.X))
	}
	return min(max(a.p.Y, a.q.Y), max(b.p.Y, b.q.Y)) > max(min(a.p.Y, a.q.Y), min(b.p.Y, b.q.Y))
}

// locate is 1 when the place p, in half units, lies inside ring, -1 outside, 0
// on it.
func locate(p XY, ring []XY) int {
	inside := false
	for i := range ring {
		a, b := ring[i], ring[(i+1)%len(ring)]
		a, b = XY{2 * a.X, 2 * a.Y}, XY{2 * b.X, 2 * b.Y}
		if within(p, edge{p: a, q: b}) {
			return 0
		}
		if (a.Y > p.Y) != (b.Y > p.Y) && (turn(a, b, p) > 0) == (b.Y > a.Y) {
			inside = !inside
		}
	}
	if inside {
		return 1
	}
	return -1
}
