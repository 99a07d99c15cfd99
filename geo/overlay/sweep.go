package overlay

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/measure"
)

// segment is an edge of one of the areas, with its lower end first.
type segment struct {
	a, b  orb.Point
	slope float64 // degrees of longitude per degree of latitude
	owner int     // 0 the area itself, 1 and up those laid over it
}

func (s *segment) lonAt(lat float64) float64 {
	switch lat {
	case s.a[1]:
		return s.a[0]
	case s.b[1]:
		return s.b[0]
	}
	return s.a[0] + (lat-s.a[1])*s.slope
}

// sweep returns the area that each of over has in common with a, and that of their
// union, in square metres.
func sweep(a *Area, over []*Area) (parts []float64, covered float64) {
	parts = make([]float64, len(over))
	box := a.Bound()
	list := gather(nil, a, box, 0)
	for i, o := range over {
		list = gather(list, o, box, i+1)
	}
	slices.SortFunc(list, func(x, y segment) int { return cmp.Compare(x.a[1], y.a[1]) })
	lats := latitudes(list, box)
	var live []int32 // segments of the strip, from west to east
	next := 0
	inside := make([]bool, len(over)+1)
	for k := 1; k < len(lats); k++ {
		lo, hi := lats[k-1], lats[k]
		live = slices.DeleteFunc(live, func(i int32) bool { return list[i].b[1] <= lo })
		for ; next < len(list) && list[next].a[1] <= lo; next++ {
			if list[next].b[1] > lo {
				live = append(live, int32(next))
			}
		}
		mid := lo + (hi-lo)/2
		slices.SortFunc(live, func(i, j int32) int {
			return cmp.Or(cmp.Compare(list[i].lonAt(mid), list[j].lonAt(mid)), cmp.Compare(i, j))
		})
		clear(inside)
		strip := newStrip(lo, hi)
		for n, i := range live {
			s := &list[i]
			inside[s.owner] = !inside[s.owner]
			if !inside[0] || n+1 == len(live) {
				continue
			}
			m2, known := 0.0, false
			any := false
			for j := range over {
				if !inside[j+1] {
					continue
				}
				if !known {
					m2, known = strip.between(s, &list[live[n+1]]), true
				}
				parts[j] += m2
				any = true
			}
			if any {
				covered += m2
			}
		}
	}
	return parts, covered
}

// gather appends the edges of an area that matter in a box: those at its latitudes,
// except on its east side. What lies west of the box stands on its western side,
// where only its number matters.
func gather(list []segment, a *Area, box orb.Bound, owner int) []segment {
	edges := a.edges.Edges()
	reach := box
	reach.Min[0] = min(box.Min[0], a.Bound().Min[0])
	from := len(list)
	a.edges.Near(reach, func(i int) bool {
		s := segment{a: edges[i].A, b: edges[i].B, owner: owner}
		if s.a[1] > s.b[1] {
			s.a, s.b = s.b, s.a
		}
		if s.a[1] == s.b[1] || s.b[1] <= box.Min[1] || s.a[1] >= box.Max[1] || min(s.a[0], s.b[0]) > box.Max[0] {
			return true
		}
		if max(s.a[0], s.b[0]) < box.Min[0] {
			west := math.Nextafter(box.Min[0], math.Inf(-1))
			s.a[0], s.b[0] = west, west
		} else {
			s.slope = (s.b[0] - s.a[0]) / (s.b[1] - s.a[1])
		}
		list = append(list, s)
		return true
	})
	// The tree yields in the order of its own; the answer must not depend on it.
	slices.SortFunc(list[from:], func(x, y segment) int {
		return cmp.Or(cmp.Compare(x.a[1], y.a[1]), cmp.Compare(x.a[0], y.a[0]), cmp.Compare(x.b[1], y.b[1]), cmp.Compare(x.b[0], y.b[0]))
	})
	return list
}

// latitudes lists those at which segments begin, end or cross, within the box,
// ascending.
func latitudes(list []segment, box orb.Bound) []float64 {
	var out []float64
	add := func(lat float64) {
		if lat >= box.Min[1] && lat <= box.Max[1] {
			out = append(out, lat)
		}
	}
	add(box.Min[1])
	add(box.Max[1])
	tree, order := index.Build(len(list), func(i int) orb.Bound {
		return orb.Bound{Min: list[i].a, Max: list[i].a}.Extend(list[i].b)
	})
	for i := range list {
		s := &list[i]
		add(s.a[1])
		add(s.b[1])
		tree.Search(orb.Bound{Min: s.a, Max: s.a}.Extend(s.b), func(row uint32) bool {
			if j := int(order[row]); j > i {
				if lat, ok := crossing(s, &list[j]); ok {
					add(lat)
				}
			}
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// crossing returns the latitude at which two segments change their order.
func crossing(s, t *segment) (float64, bool) {
	lo, hi := max(s.a[1], t.a[1]), min(s.b[1], t.b[1])
	if lo >= hi {
		return 0, false
	}
	below, above := s.lonAt(lo)-t.lonAt(lo), s.lonAt(hi)-t.lonAt(hi)
	if !(below < 0 && above > 0 || below > 0 && above < 0) {
		return 0, false
	}
	lat := lo + (hi-lo)*(below/(below-above))
	return lat, lat > lo && lat < hi
}

// strip integrates the area between segments at its latitudes.
type strip struct {
	at     [nodes]float64 // latitudes
	weight [nodes]float64 // square metres per degree of longitude, times the share of the strip
	pieces []strip        // of a strip too high for one rule
}

// nodes is the number of places of the rule: exact for polynomials of degree nine.
const nodes = 5

// maxStrip is the height in degrees up to which the rule is exact to 1e-12.
const maxStrip = 0.5

func newStrip(lo, hi float64) strip {
	if n := int(math.Ceil((hi - lo) / maxStrip)); n > 1 {
		s := strip{}
		for i := range n {
			s.pieces = append(s.pieces, newStrip(lo+(hi-lo)*float64(i)/float64(n), lo+(hi-lo)*float64(i+1)/float64(n)))
		}
		return s
	}
	var s strip
	s.at, s.weight = measure.Zone(lo, hi)
	return s
}

// between is the area between a western and an eastern segment.
func (s *strip) between(west, east *segment) float64 {
	sum := 0.0
	for i := range s.pieces {
		sum += s.pieces[i].between(west, east)
	}
	if s.pieces != nil {
		return sum
	}
	for i, lat := range s.at {
		sum += s.weight[i] * (east.lonAt(lat) - west.lonAt(lat))
	}
	return max(0, sum)
}
