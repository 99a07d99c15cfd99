package live

import "github.com/paulmach/orb"

// arena lays geometries next to one another in the order in which they come: rows
// that are near in a segment are near in memory, and drawing many of them waits for
// few lines of the cache. Its parts share allocations.
type arena struct {
	points []orb.Point
	rings  []orb.Ring
	lines  []orb.LineString
}

// arenaLength is how many parts of a geometry share an allocation.
const arenaLength = 4096

// room takes n items from the front of *a, which is renewed when it is too short. It
// is never nil.
func room[T any](a *[]T, n int) []T {
	if n == 0 {
		return []T{}
	}
	if n > len(*a) {
		if n > arenaLength/4 {
			return make([]T, n)
		}
		*a = make([]T, arenaLength)
	}
	out := (*a)[:n:n]
	*a = (*a)[n:]
	return out
}

// together replaces geometries by copies that lie together. Collections, which are
// rare, stay where they are.
func together(geoms []orb.Geometry) {
	var a arena
	for i, g := range geoms {
		switch g := g.(type) {
		case orb.LineString:
			geoms[i] = orb.LineString(a.of(g))
		case orb.MultiLineString:
			lines := room(&a.lines, len(g))
			for k, l := range g {
				lines[k] = a.of(l)
			}
			geoms[i] = orb.MultiLineString(lines)
		case orb.Polygon:
			geoms[i] = a.polygon(g)
		case orb.MultiPolygon:
			polygons := make(orb.MultiPolygon, len(g))
			for k, p := range g {
				polygons[k] = a.polygon(p)
			}
			geoms[i] = polygons
		}
	}
}

func (a *arena) polygon(p orb.Polygon) orb.Polygon {
	rings := room(&a.rings, len(p))
	for k, r := range p {
		rings[k] = a.of(r)
	}
	return rings
}

func (a *arena) of(points []orb.Point) []orb.Point {
	out := room(&a.points, len(points))
	copy(out, points)
	return out
}
