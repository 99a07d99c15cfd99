package roadnet

import (
	"context"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
)

// Covered is a part of the network that can be reached in a time.
type Covered struct {
	Line   orb.LineString // along the road
	Metres float64
}

// span is a part of an edge, from one share of its metres to a larger one.
type span struct {
	edge     int32
	from, to float64
}

// reached runs one search up to limit and returns the parts of edges within each
// of limits, in order of edges.
func (g *Graph) reached(ctx context.Context, m Mode, d direction, at *Snap, limits []time.Duration) ([][]span, error) {
	most := time.Duration(0)
	for _, l := range limits {
		most = max(most, l)
	}
	s := g.begin(0)
	defer g.end(s)
	g.start(s, m, d, at)
	var nodes []int32
	err := g.spread(ctx, s, m, d, most, func(x item) bool {
		nodes = append(nodes, x.at)
		return true
	})
	if err != nil {
		return nil, err
	}
	touched := g.edgesOf(nodes, at.edge)
	out := make([][]span, len(limits))
	for i, limit := range limits {
		for _, e := range touched {
			out[i] = g.within(out[i], s, m, d, at, e, limit)
		}
	}
	return out, nil
}

// edgesOf lists the edges of nodes and one more, ascending.
func (g *Graph) edgesOf(nodes []int32, and int32) []int32 {
	seen := make([]bool, len(g.from))
	seen[and] = true
	for _, n := range nodes {
		for i := g.first[n]; i < g.first[n+1]; i++ {
			seen[g.sides[i]>>1] = true
		}
	}
	var out []int32
	for e, ok := range seen {
		if ok {
			out = append(out, int32(e))
		}
	}
	return out
}

// within appends what of an edge can be reached in a time: from its first node,
// from its last, and from the place where the search began.
func (g *Graph) within(out []span, s *search, m Mode, d direction, at *Snap, e int32, limit time.Duration) []span {
	along, back := g.cost(m, d, uint32(e)<<1), g.cost(m, d, uint32(e)<<1|1)
	share := func(left, c time.Duration) float64 { // of the edge, in the time that is left
		switch {
		case c == closed || left < 0:
			return 0
		case left >= c:
			return 1
		}
		return float64(left) / float64(c)
	}
	left := func(n int32) time.Duration {
		if c := s.reached(n); c != never {
			return limit - c
		}
		return -1
	}
	lo, hi := share(left(g.from[e]), along), 1-share(left(g.to[e]), back)
	spans := []span{{e, 0, lo}, {e, hi, 1}}
	if e == at.edge {
		rest := limit - at.leg()
		spans = append(spans, span{e, at.share, min(1, at.share+share(rest, along))}, span{e, max(0, at.share-share(rest, back)), at.share})
	}
	return merged(out, spans)
}

// merged appends the union of spans of one edge.
func merged(out, spans []span) []span {
	for {
		least := -1
		for i, s := range spans {
			if s.to > s.from && (least < 0 || s.from < spans[least].from) {
				least = i
			}
		}
		if least < 0 {
			return out
		}
		u := spans[least]
		for grown := true; grown; {
			grown = false
			for i, s := range spans {
				if s.to > s.from && s.from <= u.to {
					if s.to > u.to {
						u.to = s.to
					}
					spans[i].to, grown = s.from, true
				}
			}
		}
		out = append(out, u)
	}
}

// Extent returns a box (lon/lat degrees) that holds every point, at most snapM
// metres from the network, that is within limit of a place; inward asks from where
// the place is. It is not the smallest one. Errors: those of ctx. It costs the part
// of the network that is reached.
func (g *Graph) Extent(ctx context.Context, m Mode, at *Snap, limit time.Duration, inward bool, snapM float64) (orb.Bound, error) {
	d := forward
	if inward {
		d = against
	}
	s := g.begin(0)
	defer g.end(s)
	g.start(s, m, d, at)
	box := orb.Bound{Min: at.On, Max: at.On}
	hold := func(edge int32) {
		for _, v := range g.line(edge) {
			box = box.Extend(v.point())
		}
	}
	hold(at.edge)
	err := g.spread(ctx, s, m, d, limit, func(x item) bool {
		for i := g.first[x.at]; i < g.first[x.at+1]; i++ {
			hold(int32(g.sides[i] >> 1))
		}
		return true
	})
	return measure.Pad(box, min(snapM, limit.Seconds()*walkKmH/3.6)), err
}

// Isochrone is the ground that can be reached in a time.
type Isochrone struct {
	Limit  time.Duration
	Metres float64          // of road reached, each once
	Roads  []orb.LineString // what is reached of the roads, in order of edges
	Area   orb.MultiPolygon // around them; see Isochrones
}

// Isochrones returns what can be reached from a place within each of limits, in
// their order; inward asks from where the place can be reached.
//
// The area is drawn around the parts of roads that are reached, three steps of a
// lattice from them (contour.go): 45 m on foot, and up to some 120 m where a quarter
// of an hour is driven. Holes of less than HoleM2, the blocks between roads, are
// filled. What is reached in less time lies within what is reached in more. Equal
// questions get equal answers. Errors: those of ctx. It costs the part of the
// network that is reached, and O(area) up to 150,000 lattice points.
func (g *Graph) Isochrones(ctx context.Context, m Mode, at *Snap, limits []time.Duration, inward bool) ([]Isochrone, error) {
	d := forward
	if inward {
		d = against
	}
	spans, err := g.reached(ctx, m, d, at, limits)
	if err != nil {
		return nil, err
	}
	out := make([]Isochrone, len(limits))
	var whole orb.Bound
	for i := range out {
		o := &out[i]
		o.Limit = limits[i]
		for _, s := range spans[i] {
			line := g.cutout(piece(s))
			if len(line) < 2 {
				continue
			}
			o.Metres += (s.to - s.from) * g.metres[s.edge]
			o.Roads = append(o.Roads, line)
			if whole == (orb.Bound{}) {
				whole = line.Bound()
			}
			whole = whole.Union(line.Bound())
		}
	}
	if whole == (orb.Bound{}) {
		return out, nil
	}
	sheet := newSheet(whole)
	for i := range out {
		if out[i].Area, err = sheet.around(ctx, out[i].Roads); err != nil {
			return nil, err
		}
	}
	return out, nil
}
