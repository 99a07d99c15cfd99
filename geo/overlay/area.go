package overlay

import (
	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/geo/proximity"
)

// Area is a polygon, or several, made ready to be laid over others. It is immutable
// and safe for any number of goroutines; the geometry must not be changed.
type Area struct {
	shape orb.MultiPolygon
	ready *predicate.Prepared
	edges *proximity.Shape
	m2    float64
}

// New makes the polygons of g ready, in O(n log n). A geometry without polygons is an
// empty area. Polygons of a collection must not overlap.
func New(g orb.Geometry) *Area {
	a := &Area{shape: polygons(nil, g)}
	a.ready = predicate.Prepare(a.shape)
	a.edges = proximity.New(a.shape)
	a.m2 = measure.Area(a.shape)
	return a
}

// SquareM is the area in square metres.
func (a *Area) SquareM() float64 { return a.m2 }

// Bound is the box around the area; Min > Max when it is empty.
func (a *Area) Bound() orb.Bound { return a.ready.Bound() }

// polygons appends the polygons of g.
func polygons(list orb.MultiPolygon, g orb.Geometry) orb.MultiPolygon {
	switch g := g.(type) {
	case orb.Ring:
		if len(g) > 0 {
			list = append(list, orb.Polygon{g})
		}
	case orb.Polygon:
		if len(g) > 0 && len(g[0]) > 0 {
			list = append(list, g)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			list = polygons(list, p)
		}
	case orb.Bound:
		if !g.IsEmpty() {
			list = append(list, g.ToPolygon())
		}
	case orb.Collection:
		for _, part := range g {
			list = polygons(list, part)
		}
	}
	return list
}

// Laid is how much of an area others take, in square metres.
type Laid struct {
	Parts   []float64 // in common with each of them
	Covered float64   // with any of them: their sum when they do not overlap
}

// Lay lays areas over another. Parts and Covered are at most the area's own size. It
// costs O(n log n) for the edges that are near the area, and more where many lie at
// one latitude.
func (a *Area) Lay(over []*Area) Laid {
	out := Laid{Parts: make([]float64, len(over))}
	var some []int // that have something in common with it
	cross := false
	for i, o := range over {
		switch a.relate(o) {
		case apart:
		case within:
			out.Parts[i], out.Covered = a.m2, a.m2
			some = append(some, i)
		case around:
			out.Parts[i] = o.m2
			some = append(some, i)
		case across:
			some, cross = append(some, i), true
		}
	}
	if len(some) == 0 || !cross && (len(some) == 1 || out.Covered > 0) {
		for _, i := range some {
			out.Parts[i] = min(out.Parts[i], a.m2)
			out.Covered = max(out.Covered, out.Parts[i])
		}
		return out
	}
	areas := make([]*Area, len(some))
	for k, i := range some {
		areas[k] = over[i]
	}
	parts, covered := sweep(a, areas)
	for k, i := range some {
		if out.Parts[i] == 0 {
			out.Parts[i] = min(a.m2, over[i].m2, parts[k])
		}
	}
	if out.Covered == 0 {
		out.Covered = min(a.m2, covered)
	}
	return out
}

// relation is how an area lies to another.
type relation uint8

const (
	apart  relation = iota // no common ground
	within                 // it lies in the other
	around                 // the other lies in it
	across                 // anything else
)

func (a *Area) relate(o *Area) relation {
	if a.m2 == 0 || o.m2 == 0 || !a.Bound().Intersects(o.Bound()) {
		return apart
	}
	switch o.ready.RelateBox(a.Bound()) {
	case predicate.BoxOutside:
		return apart
	case predicate.BoxInside:
		return within
	case predicate.BoxCrosses:
	}
	switch a.ready.RelateBox(o.Bound()) {
	case predicate.BoxOutside:
		return apart
	case predicate.BoxInside:
		return around
	case predicate.BoxCrosses:
	}
	return across
}
