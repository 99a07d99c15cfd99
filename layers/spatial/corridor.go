package spatial

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/geo/proximity"
	"wutu/layers"
	"wutu/layers/live"
)

// Side is where something lies, looking along a path.
type Side int8

// The sides. On is on the path itself, or exactly in the line of its first or last
// edge.
const (
	Right Side = iota - 1
	On
	Left
)

// String is "left", "right" or "on".
func (s Side) String() string { return [...]string{"right", "on", "left"}[s+1] }

// Passed is a feature in a corridor.
type Passed struct {
	live.Hit            // its distance is that off the path
	AlongM    float64   // metres from the start to the place of the path nearest to it, the first of several
	Place     orb.Point // that place
	Side      Side
	Crossings []Crossing // of lines and outlines with the path, in order along
}

// Path is a line made ready for corridors. Safe for concurrent use.
type Path struct {
	shape *proximity.Shape
	at    []float64
}

// NewPath makes a line of at least two different vertices ready. It costs
// O(n log n).
func NewPath(l orb.LineString) *Path {
	p := &Path{shape: proximity.New(slices.Compact(slices.Clone(l)))}
	p.at = alongs(p.shape)
	return p
}

// LengthM is the length of the path in metres.
func (p *Path) LengthM() float64 { return p.at[len(p.at)-1] }

// Corridor returns the features that match q and are at most widthM metres off the
// path, inclusive, in order along it, then by id. Rows stay valid as long as the
// View. Errors as View.NearestTo. It costs the features within the corridor and the
// parts of the path near them.
func Corridor(ctx context.Context, v *live.View, q layers.Query, p *Path, widthM float64) ([]Passed, error) {
	var out []Passed
	for hit, err := range v.NearestTo(ctx, q, live.NearShape{Shape: p.shape, RadiusM: max(widthM, exactly)}) {
		if err != nil {
			return nil, err
		}
		if len(out)%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x := Passed{Hit: hit}
		x.AlongM, x.Place, x.Side = p.Locate(hit.Geometry())
		eachChain(hit.Geometry(), func(c []orb.Point) { x.Crossings = append(x.Crossings, crossings(p.shape, p.at, c)...) })
		slices.SortStableFunc(x.Crossings, func(a, b Crossing) int { return cmp.Compare(a.AlongM, b.AlongM) })
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b Passed) int {
		return cmp.Or(cmp.Compare(a.AlongM, b.AlongM), strings.Compare(a.ID(), b.ID()))
	})
	return out, nil
}

// exactly is a width that only what is on the path meets: 0 means "unlimited" to
// the engine.
const exactly = 1e-7

// Locate returns where along the path the place nearest to g is, the first of
// several, that place, and on which side of the path the nearest part of g lies.
func (p *Path) Locate(g orb.Geometry) (alongM float64, place orb.Point, side Side) {
	if pt, ok := g.(orb.Point); ok {
		_, place, edge := p.shape.Nearest(pt)
		return p.at[edge] + edgeLength(p.shape.Edges()[edge].A, place), place, p.sideOf(pt, place, edge)
	}
	if p.shape.Meets(g) {
		pos := p.firstMeeting(g)
		return alongAt(p.shape, p.at, pos), placeAt(p.shape, pos), On
	}
	best, found := math.Inf(1), orb.Point{}
	edge := 0
	measure.Vertices(g, func(q orb.Point) bool {
		if d, at, e := p.shape.Nearest(q); d < best || d == best && e < edge {
			best, place, edge, found = d, at, e, q
		}
		return true
	})
	alongM = p.at[edge] + edgeLength(p.shape.Edges()[edge].A, place)
	p.shape.Near(measure.Pad(g.Bound(), best), func(i int) bool {
		for k, q := range [2]orb.Point{p.shape.Edges()[i].A, p.shape.Edges()[i].B} {
			if d, on := measure.Nearest(q, g); d < best || d == best && p.at[i+k] < alongM {
				best, place, edge, found, alongM = d, q, i, on, p.at[i+k]
			}
		}
		return true
	})
	return alongM, place, p.sideOf(found, place, edge)
}

// atVertex is how near in metres a place counts as the vertex: far below what
// coordinates resolve.
const atVertex = 1e-6

// sideOf is on which side of the path q lies, whose nearest place is on an edge.
func (p *Path) sideOf(q, place orb.Point, edge int) Side {
	edges := p.shape.Edges()
	e := edges[edge]
	if p.shape.Meets(q) {
		return On
	}
	// At a vertex the path turns away from what is nearest to it there.
	if measure.Distance(place, e.B) < atVertex && edge+1 < len(edges) {
		if turn := predicate.Side(e.A, e.B, edges[edge+1].B); turn != 0 {
			return Side(-turn)
		}
	}
	if measure.Distance(place, e.A) < atVertex && edge > 0 {
		if turn := predicate.Side(edges[edge-1].A, e.A, e.B); turn != 0 {
			return Side(-turn)
		}
	}
	return Side(predicate.Side(e.A, e.B, q))
}

// firstMeeting is the first position of the path that lies on g, which it meets.
func (p *Path) firstMeeting(g orb.Geometry) float64 {
	shape := predicate.Prepare(g)
	if shape.Locate(p.shape.Edges()[0].A) != predicate.Outside {
		return 0
	}
	first := math.Inf(1)
	eachChain(g, func(c []orb.Point) {
		for _, m := range meetings(p.shape, c) {
			first = min(first, m.path[0])
		}
	})
	eachPoint(g, func(q orb.Point) {
		if d, at, edge := p.shape.Nearest(q); d == 0 {
			first = min(first, float64(edge)+share(p.shape.Edges()[edge].A, p.shape.Edges()[edge].B, at))
		}
	})
	if math.IsInf(first, 1) { // cannot be: they meet
		return 0
	}
	return first
}

// eachChain calls fn for every line and every ring of g, shells counter-clockwise
// and holes clockwise: polygons lie to the left of their outline, so a path enters
// where the outline crosses it from left to right.
func eachChain(g orb.Geometry, fn func([]orb.Point)) {
	switch g := g.(type) {
	case orb.LineString:
		fn(g)
	case orb.MultiLineString:
		for _, l := range g {
			fn(l)
		}
	case orb.Ring:
		eachChain(orb.Polygon{g}, fn)
	case orb.Polygon:
		for i, r := range g {
			want := orb.CCW
			if i > 0 {
				want = orb.CW
			}
			if r.Orientation() == want {
				fn(r)
				continue
			}
			turned := slices.Clone(r)
			slices.Reverse(turned)
			fn(turned)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			eachChain(p, fn)
		}
	case orb.Bound:
		if !g.IsEmpty() {
			fn(g.ToRing())
		}
	case orb.Collection:
		for _, part := range g {
			eachChain(part, fn)
		}
	}
}

// eachPoint calls fn for every single point of g.
func eachPoint(g orb.Geometry, fn func(orb.Point)) {
	switch g := g.(type) {
	case orb.Point:
		fn(g)
	case orb.MultiPoint:
		for _, p := range g {
			fn(p)
		}
	case orb.Collection:
		for _, part := range g {
			eachPoint(part, fn)
		}
	}
}
