package roadnet

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Hit is a target of a search for the nearest ones.
type Hit struct {
	Target  int // number in the list of targets
	Seconds float64
	Metres  float64
	time    time.Duration
}

// Time is the exact cost.
func (h *Hit) Time() time.Duration { return h.time }

// Reach says which targets are asked for and from where.
type Reach struct {
	Mode    Mode
	From    *Snap
	Inward  bool          // how long it takes from the targets to From, not the other way
	Targets []Snap        // snapped for the same mode; edges of other graphs are an error of the caller
	K       int           // at most this many; 0: all within Limit
	Limit   time.Duration // inclusive; 0: none
}

// Nearest returns the targets that are the nearest by time, ties in order of
// their numbers; those without a way are left out. Each costs what Route says of
// it. Errors: those of ctx. It costs the part of the network that is as near as
// the farthest hit, and O(t log t) for t targets.
func (g *Graph) Nearest(ctx context.Context, q Reach) ([]Hit, error) {
	if len(q.Targets) == 0 {
		return nil, ctx.Err()
	}
	limit, d := q.Limit, forward
	if limit <= 0 {
		limit = never
	}
	if q.Inward {
		d = against
	}
	s := g.begin(len(q.Targets))
	defer g.end(s)
	g.start(s, q.Mode, d, q.From)
	n := int32(len(g.places))
	on := g.byEdge(q.Targets)
	// offer tells the targets of an edge that is entered at an end.
	offer := func(edge int32, at time.Duration, side uint32) {
		i, _ := slices.BinarySearchFunc(on, edge, func(t int32, e int32) int { return cmp.Compare(q.Targets[t].edge, e) })
		for ; i < len(on) && q.Targets[on[i]].edge == edge; i++ {
			if c := g.arrive(q.Mode, d, &q.Targets[on[i]], side); c != never {
				s.offer(n+on[i], at+c, uint32(edge)<<1|side)
			}
		}
	}
	for i := range q.Targets {
		if c := g.direct(q.Mode, d, q.From, &q.Targets[i]); c != never {
			s.offer(n+int32(i), c+q.From.leg()+q.Targets[i].leg(), begunAlong)
		}
	}
	var hits []Hit
	err := g.spread(ctx, s, q.Mode, d, limit, func(x item) bool {
		if x.at >= n {
			hits = append(hits, Hit{Target: int(x.at - n), time: x.cost, Seconds: x.cost.Seconds()})
			return len(hits) != q.K
		}
		for i := g.first[x.at]; i < g.first[x.at+1]; i++ {
			offer(int32(g.sides[i]>>1), x.cost, g.sides[i]&1)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	for i := range hits {
		hits[i].Metres = g.metresTo(s, &q, hits[i].Target)
	}
	return hits, nil
}

// byEdge orders the numbers of targets by edge.
func (g *Graph) byEdge(targets []Snap) []int32 {
	out := make([]int32, len(targets))
	for i := range out {
		out[i] = int32(i)
	}
	slices.SortFunc(out, func(a, b int32) int {
		return cmp.Or(cmp.Compare(targets[a].edge, targets[b].edge), cmp.Compare(a, b))
	})
	return out
}

// metresTo sums the way to a target that was reached.
func (g *Graph) metresTo(s *search, q *Reach, target int) float64 {
	t := &q.Targets[target]
	side := s.labels[len(g.places)+target].over
	if side < begunBack {
		side &= 1
	}
	sum := q.From.OffM + t.OffM
	for _, p := range g.trace(s, q.From, t, side) {
		share := p.to - p.from
		if share < 0 {
			share = -share
		}
		sum += share * g.metres[p.edge]
	}
	return sum
}
