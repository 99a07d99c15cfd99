package valid

import (
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

// Rule names what a geometry broke. The list is append-only.
type Rule string

// The rules, in the order they are checked.
const (
	Supported    Rule = "supported"     // a geometry type that is known
	Depth        Rule = "depth"         // collections nested too deep
	Size         Rule = "size"          // too many vertices
	Finite       Rule = "finite"        // NaN or infinite coordinate
	Range        Rule = "range"         // longitude or latitude out of range
	LinePoints   Rule = "line-points"   // a line needs two different points
	RingPoints   Rule = "ring-points"   // a ring needs four points
	RingClosed   Rule = "ring-closed"   // the last point must repeat the first
	RingArea     Rule = "ring-area"     // a ring encloses nothing
	SelfCross    Rule = "self-crossing" // a ring crosses or touches itself
	RingsCross   Rule = "rings-cross"   // two rings of a polygon cross or share an edge
	HoleOutside  Rule = "hole-outside"  // a hole does not lie in its shell
	HoleNested   Rule = "hole-nested"   // a hole lies in another hole
	Connected    Rule = "connected"     // holes cut the inside in pieces
	PartsOverlap Rule = "parts-overlap" // two polygons of a multipolygon share more than points
)

// Error is a broken rule and the place.
type Error struct {
	Rule   Rule
	At     orb.Point // where; zero for depth, size and supported
	Ring   int       // ring of the polygon, 0 the shell; −1 if not about a ring
	Part   int       // polygon or line of a multi, element of a collection; −1 if there is one part
	Detail string    // the sentence, without the place
}

// Error is "part 2: ring 0: the ring crosses itself at 113.2 23.1".
func (e *Error) Error() string {
	s := ""
	if e.Part >= 0 {
		s = "part " + strconv.Itoa(e.Part) + ": "
	}
	if e.Ring >= 0 {
		s += "ring " + strconv.Itoa(e.Ring) + ": "
	}
	s += e.Detail
	switch e.Rule {
	case Supported, Depth, Size, Finite, Range:
		return s
	}
	return s + " at " + number(e.At[0]) + " " + number(e.At[1])
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// Limits bound what Check accepts.
type Limits struct {
	Vertices int // of one geometry; 0: DefaultVertices
	Depth    int // of nested collections; 0: DefaultDepth
}

// The default limits: a national boundary in full detail has some 500,000
// vertices; collections in collections are hardly ever meant.
const (
	DefaultVertices = 1_000_000
	DefaultDepth    = 8
)

// Check returns nil for a valid geometry in lon/lat degrees, or an *Error with
// the first rule broken. Nil and empty geometries are valid. A box must be
// ordered. About O(n log n) for n vertices; a few
// nanoseconds a vertex for points and lines, about a microsecond for rings of
// maps and ten for very jagged ones.
func Check(g orb.Geometry) error { return Limits{}.Check(g) }

// Check is the package's Check under other limits.
func (l Limits) Check(g orb.Geometry) error {
	if l.Vertices == 0 {
		l.Vertices = DefaultVertices
	}
	if l.Depth == 0 {
		l.Depth = DefaultDepth
	}
	c := checker{left: l.Vertices, limits: l, part: -1}
	if e := c.geometry(g, 0); e != nil {
		return e
	}
	return nil
}

type checker struct {
	limits Limits
	left   int // vertices still allowed
	part   int
}

func (c *checker) fail(rule Rule, at orb.Point, ring int, format string, args ...any) *Error {
	return &Error{Rule: rule, At: at, Ring: ring, Part: c.part, Detail: fmt.Sprintf(format, args...)}
}

func (c *checker) geometry(g orb.Geometry, depth int) *Error {
	switch g := g.(type) {
	case nil:
		return nil
	case orb.Point:
		return c.points([]orb.Point{g}, -1)
	case orb.MultiPoint:
		return c.points(g, -1)
	case orb.LineString:
		return c.line(g)
	case orb.MultiLineString:
		return c.parts(len(g), func(i int) *Error { return c.line(g[i]) })
	case orb.Ring:
		return c.polygon(orb.Polygon{g})
	case orb.Polygon:
		return c.polygon(g)
	case orb.MultiPolygon:
		if e := c.parts(len(g), func(i int) *Error { return c.polygon(g[i]) }); e != nil {
			return e
		}
		return c.apart(g)
	case orb.Bound:
		if g.IsEmpty() {
			return nil
		}
		return c.points([]orb.Point{g.Min, g.Max}, -1)
	case orb.Collection:
		if depth >= c.limits.Depth {
			return c.fail(Depth, orb.Point{}, -1, "collections are nested deeper than %d", c.limits.Depth)
		}
		return c.parts(len(g), func(i int) *Error { return c.geometry(g[i], depth+1) })
	}
	return c.fail(Supported, orb.Point{}, -1, "a %T is not a known geometry", g)
}

// parts checks n parts; errors carry the number of the outermost part.
func (c *checker) parts(n int, check func(i int) *Error) *Error {
	outer := c.part
	for i := range n {
		if outer < 0 {
			c.part = i
		}
		if e := check(i); e != nil {
			return e
		}
	}
	c.part = outer
	return nil
}

func (c *checker) points(ps []orb.Point, ring int) *Error {
	if c.left -= len(ps); c.left < 0 {
		return c.fail(Size, orb.Point{}, -1, "more than %d vertices", c.limits.Vertices)
	}
	for _, p := range ps {
		if p[0]-p[0] != 0 || p[1]-p[1] != 0 { // NaN and infinities
			return c.fail(Finite, p, ring, "coordinate %v %v is not a finite number", p[0], p[1])
		}
		if math.Abs(p[1]) > 90 {
			return c.fail(Range, p, ring, "latitude %s is out of range", number(p[1]))
		}
		if math.Abs(p[0]) > 180 {
			return c.fail(Range, p, ring, "longitude %s is out of range", number(p[0]))
		}
	}
	return nil
}

func (c *checker) line(l orb.LineString) *Error {
	if e := c.points(l, -1); e != nil || len(l) == 0 {
		return e
	}
	for _, p := range l[1:] {
		if p != l[0] {
			return nil
		}
	}
	return c.fail(LinePoints, l[0], -1, "a line needs two different points")
}
