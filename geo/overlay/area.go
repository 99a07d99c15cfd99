package overlay

import (
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/index"
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
	var some []int // that may have something in common with it
	known := make([]bool, len(over))
	for i, o := range over {
		switch a.relate(o) {
		case apart:
			continue
		case within:
			out.Parts[i], known[i], out.Covered = a.m2, true, a.m2
		case around:
			out.Parts[i], known[i] = min(o.m2, a.m2), true
		case across:
		}
		some = append(some, i)
	}
	covered := 0.0
	for _, cluster := range clusters(over, some) {
		if i := cluster[0]; len(cluster) == 1 && known[i] {
			covered += out.Parts[i]
			continue
		}
		if out.Covered > 0 { // all of it is: only the parts are missing
			cluster = slices.DeleteFunc(cluster, func(i int) bool { return known[i] })
		}
		covered += a.measure(over, cluster, known, out.Parts)
	}
	if out.Covered == 0 {
		out.Covered = min(a.m2, covered)
	}
	return out
}

// measure sweeps the areas of a cluster, sets the parts that are not known, and
// returns the area of their union in a.
func (a *Area) measure(over []*Area, cluster []int, known []bool, parts []float64) float64 {
	if len(cluster) == 0 {
		return 0
	}
	areas := make([]*Area, len(cluster))
	box := over[cluster[0]].Bound()
	for k, i := range cluster {
		areas[k] = over[i]
		box = box.Union(over[i].Bound())
	}
	box = orb.Bound{Min: orb.Point{max(box.Min[0], a.Bound().Min[0]), max(box.Min[1], a.Bound().Min[1])},
		Max: orb.Point{min(box.Max[0], a.Bound().Max[0]), min(box.Max[1], a.Bound().Max[1])}}
	found, covered := sweep(a, areas, box)
	for k, i := range cluster {
		if !known[i] {
			parts[i] = min(a.m2, over[i].m2, found[k])
		}
	}
	return covered
}

// clusters parts areas into those whose boxes hang together: what is in different
// ones does not overlap.
func clusters(over []*Area, some []int) [][]int {
	if len(some) < 2 {
		if len(some) == 0 {
			return nil
		}
		return [][]int{some}
	}
	tree, order := index.Build(len(some), func(k int) orb.Bound { return over[some[k]].Bound() })
	seen := make([]bool, len(some))
	var out [][]int
	for k := range some {
		if seen[k] {
			continue
		}
		seen[k] = true
		cluster := []int{k}
		for n := 0; n < len(cluster); n++ {
			tree.Search(over[some[cluster[n]]].Bound(), func(row uint32) bool {
				if j := int(order[row]); !seen[j] {
					seen[j] = true
					cluster = append(cluster, j)
				}
				return true
			})
		}
		slices.Sort(cluster)
		for n, j := range cluster {
			cluster[n] = some[j]
		}
		out = append(out, cluster)
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
