package spatial

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/geo/proximity"
)

// Crossing is a place where a line, or the outline of a polygon, gets from one side
// of a path to the other.
type Crossing struct {
	AlongM float64   // metres along the path
	Place  orb.Point // lon/lat degrees, rounded
	Right  bool      // it comes from the left of the path and goes to its right
}

// meeting is what an edge of a chain and an edge of the path have in common: an
// interval on each, in edges and shares of edges from the beginning, and how the
// chain, moved aside by an infinitesimal step, crosses there.
type meeting struct {
	chain, path [2]float64
	moved       int // +1 from left to right, -1 back, 0 not
	group       int
}

// crossings returns where a chain of vertices crosses a path, in order along the
// path. Contacts that hang together are one; it is a crossing when the chain, moved
// aside by an infinitesimal step so that nothing is degenerate, crosses there once
// more one way than the other, and neither of the two ends in it: what only touches,
// ends on the path or runs along it and goes back does not cross. Exact but for the
// rounding of places. A stretch run together counts as one crossing, at its middle.
func crossings(path *proximity.Shape, at []float64, chain []orb.Point) []Crossing {
	for i := 1; i < len(chain); i++ {
		if chain[i] == chain[i-1] { // a repeated vertex would part what hangs together
			chain = slices.Compact(slices.Clone(chain))
			break
		}
	}
	list := meetings(path, chain)
	if len(list) == 0 {
		return nil
	}
	ends := [2]float64{float64(len(chain) - 1), float64(len(path.Edges()))}
	closed := [2]bool{chain[0] == chain[len(chain)-1], path.Edges()[0].A == path.Edges()[len(path.Edges())-1].B}
	join(list, closing(closed[0], ends[0]), closing(closed[1], ends[1]))
	slices.SortStableFunc(list, func(a, b meeting) int { return cmp.Compare(a.group, b.group) })
	var out []Crossing
	for len(list) > 0 {
		n, sum, terminal := 0, 0, false
		from, to := math.Inf(1), math.Inf(-1)
		for n < len(list) && list[n].group == list[0].group {
			m := &list[n]
			sum += m.moved
			from, to = min(from, m.path[0]), max(to, m.path[1])
			terminal = terminal || !closed[0] && (m.chain[0] == 0 || m.chain[1] == ends[0]) || !closed[1] && (m.path[0] == 0 || m.path[1] == ends[1])
			n++
		}
		if list = list[n:]; sum == 0 || terminal {
			continue
		}
		if from == 0 && to == ends[1] { // over the place where a closed path begins
			to = 0
		}
		along := (alongAt(path, at, from) + alongAt(path, at, to)) / 2
		place := placeAt(path, from)
		if to > from {
			place = placeAlong(path, at, along)
		}
		out = append(out, Crossing{AlongM: along, Place: place, Right: sum > 0})
	}
	slices.SortFunc(out, func(a, b Crossing) int { return cmp.Compare(a.AlongM, b.AlongM) })
	return out
}

// meetings lists the pairs of edges that share a point, by edge of the chain, then
// of the path.
func meetings(path *proximity.Shape, chain []orb.Point) []meeting {
	var out []meeting
	var near []int
	for j := 1; j < len(chain); j++ {
		c, d := chain[j-1], chain[j]
		near = near[:0]
		path.Near(orb.Bound{Min: c, Max: c}.Extend(d), func(edge int) bool { near = append(near, edge); return true })
		slices.Sort(near)
		for _, i := range near {
			e := path.Edges()[i]
			how, p := predicate.Contact(e.A, e.B, c, d)
			if how == predicate.Apart {
				continue
			}
			m := meeting{chain: [2]float64{math.Inf(1), math.Inf(-1)}, path: [2]float64{math.Inf(1), math.Inf(-1)}}
			if how == predicate.Along {
				for _, q := range [4]orb.Point{e.A, e.B, c, d} {
					if predicate.OnSegment(e.A, e.B, q) && predicate.OnSegment(c, d, q) {
						m.hold(float64(j-1)+share(c, d, q), float64(i)+share(e.A, e.B, q))
					}
				}
			} else {
				m.hold(float64(j-1)+share(c, d, p), float64(i)+share(e.A, e.B, p))
			}
			m.moved = crosses(e.A, e.B, c, d)
			out = append(out, m)
		}
	}
	return out
}

func (m *meeting) hold(chain, path float64) {
	m.chain = [2]float64{min(m.chain[0], chain), max(m.chain[1], chain)}
	m.path = [2]float64{min(m.path[0], path), max(m.path[1], path)}
}

// share is how far along a–b a place on it lies, 0 and 1 exactly at the ends.
func share(a, b, p orb.Point) float64 {
	switch p {
	case a:
		return 0
	case b:
		return 1
	}
	dx, dy := b[0]-a[0], b[1]-a[1]
	if math.Abs(dx) > math.Abs(dy) {
		return min(1, max(0, (p[0]-a[0])/dx))
	}
	return min(1, max(0, (p[1]-a[1])/dy))
}

// crosses is +1 when the edge c–d, moved by an infinitesimal step (ε, ε²), crosses
// a–b from left to right, -1 from right to left, 0 when not. Source of the idea: H.
// Edelsbrunner and E. P. Mücke, "Simulation of Simplicity" (1990).
func crosses(a, b, c, d orb.Point) int {
	from := movedSide(a, b, c, 1)
	if from == movedSide(a, b, d, 1) {
		return 0
	}
	// a and b seen from the moved edge are where they would be moved the other way.
	if movedSide(c, d, a, -1) == movedSide(c, d, b, -1) {
		return 0
	}
	return from
}

// movedSide is on which side of a→b the point p lies after a step (ε, ε²), or
// against it when step is -1; never 0 while a and b differ.
func movedSide(a, b, p orb.Point, step int) int {
	if s := predicate.Side(a, b, p); s != 0 {
		return s
	}
	switch {
	case b[1] > a[1]:
		return -step
	case b[1] < a[1]:
		return step
	case b[0] > a[0]:
		return step
	}
	return -step
}

// closing is the position at which a closed line is back at its beginning, -1 for
// one that is open.
func closing(closed bool, end float64) float64 {
	if closed {
		return end
	}
	return -1
}

// touch reports whether two intervals share a position; end and 0 are the same one.
func touch(a, b [2]float64, end float64) bool {
	return a[0] <= b[1] && b[0] <= a[1] || end >= 0 && (a[1] == end && b[0] == 0 || b[1] == end && a[0] == 0)
}

// join gives one number to meetings that share a place on the chain and on the
// path. It costs O(n log n) and the pairs that share a place of the chain.
func join(list []meeting, chainEnd, pathEnd float64) {
	slices.SortStableFunc(list, func(a, b meeting) int { return cmp.Compare(a.chain[0], b.chain[0]) })
	for i := range list {
		list[i].group = i
	}
	find := func(i int) int {
		for list[i].group != i {
			i = list[i].group
		}
		return i
	}
	unite := func(i, j int) {
		if touch(list[i].chain, list[j].chain, chainEnd) && touch(list[i].path, list[j].path, pathEnd) {
			a, b := find(i), find(j)
			list[max(a, b)].group = min(a, b)
		}
	}
	for i := range list {
		for j := i + 1; j < len(list) && list[j].chain[0] <= list[i].chain[1]; j++ {
			unite(i, j)
		}
		if list[i].chain[1] == chainEnd {
			for j := 0; j < len(list) && list[j].chain[0] == 0; j++ {
				unite(i, j)
			}
		}
	}
	for i := range list {
		list[i].group = find(i)
	}
}

// alongs returns the metres from the start of a path to each of its vertices.
func alongs(path *proximity.Shape) []float64 {
	out := make([]float64, len(path.Edges())+1)
	for i, e := range path.Edges() {
		out[i+1] = out[i] + edgeLength(e.A, e.B)
	}
	return out
}

// edgeLength is the length of a straight edge in lon/lat.
func edgeLength(a, b orb.Point) float64 { return measure.Length(orb.LineString{a, b}) }

// alongAt is the metres to a position in edges and shares of edges.
func alongAt(path *proximity.Shape, at []float64, pos float64) float64 {
	i := min(int(pos), len(at)-2)
	if pos == float64(i) {
		return at[i]
	}
	if pos == float64(i+1) {
		return at[i+1]
	}
	return at[i] + edgeLength(path.Edges()[i].A, placeAt(path, pos))
}

// placeAt is the place at a position in edges and shares of edges.
func placeAt(path *proximity.Shape, pos float64) orb.Point {
	i := min(int(pos), len(path.Edges())-1)
	e, t := path.Edges()[i], pos-float64(i)
	switch t {
	case 0:
		return e.A
	case 1:
		return e.B
	}
	return orb.Point{e.A[0] + t*(e.B[0]-e.A[0]), e.A[1] + t*(e.B[1]-e.A[1])}
}

// placeAlong is the place so many metres from the start.
func placeAlong(path *proximity.Shape, at []float64, along float64) orb.Point {
	i, found := slices.BinarySearch(at, along)
	if found || i == 0 {
		return placeAt(path, float64(i))
	}
	i = min(i, len(at)-1)
	length := at[i] - at[i-1]
	if length == 0 {
		return placeAt(path, float64(i))
	}
	return placeAt(path, float64(i-1)+(along-at[i-1])/length)
}
