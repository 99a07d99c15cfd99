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
// union, in square metres. In the box lies all that they have in common.
func sweep(a *Area, over []*Area, box orb.Bound) (parts []float64, covered float64) {
	parts = make([]float64, len(over))
	list := gather(nil, a, box, 0)
	for i, o := range over {
		list = gather(list, o, box, i+1)
	}
	slices.SortStableFunc(list, func(x, y segment) int { return cmp.Compare(x.a[1], y.a[1]) })
	lats := latitudes(list, box)
	var live []standing // segments of the strip, from west to east
	next := 0
	in := newInside(len(over) + 1)
	for k := 1; k < len(lats); k++ {
		lo, hi := lats[k-1], lats[k]
		live = slices.DeleteFunc(live, func(s standing) bool { return list[s.at].b[1] <= lo })
		for ; next < len(list) && list[next].a[1] <= lo; next++ {
			if list[next].b[1] > lo {
				live = append(live, standing{at: int32(next)})
			}
		}
		arrange(live, list, lo+(hi-lo)/2)
		in.clear()
		strip := newStrip(lo, hi)
		for n := 0; n+1 < len(live); n++ {
			s := &list[live[n].at]
			in.toggle(s.owner)
			if !in.has[0] || len(in.over) == 0 {
				continue
			}
			m2 := strip.between(s, &list[live[n+1].at])
			covered += m2
			for _, j := range in.over {
				parts[j-1] += m2
			}
		}
	}
	return parts, covered
}

// standing is a segment in a strip and where it stands in the middle.
type standing struct {
	lon float64
	at  int32
}

// arrange orders segments by where they stand at a latitude. They come in the order
// of the strip before, in which few change places.
func arrange(live []standing, list []segment, lat float64) {
	for i := range live {
		live[i].lon = list[live[i].at].lonAt(lat)
		for j := i; j > 0 && (live[j].lon < live[j-1].lon || live[j].lon == live[j-1].lon && live[j].at < live[j-1].at); j-- {
			live[j], live[j-1] = live[j-1], live[j]
		}
	}
}

// inside is which areas a place is inside of.
type inside struct {
	has  []bool
	over []int // owners from 1 up
}

func newInside(n int) *inside { return &inside{has: make([]bool, n)} }

func (x *inside) toggle(owner int) {
	x.has[owner] = !x.has[owner]
	switch {
	case owner == 0:
	case x.has[owner]:
		x.over = append(x.over, owner)
	default:
		i := slices.Index(x.over, owner)
		x.over = slices.Delete(x.over, i, i+1)
	}
}

func (x *inside) clear() {
	for _, j := range x.over {
		x.has[j] = false
	}
	x.has[0], x.over = false, x.over[:0]
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
