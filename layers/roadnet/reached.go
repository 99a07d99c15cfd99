package roadnet

import (
	"context"
	"time"

	"github.com/paulmach/orb"
)

// Reached is what lies within a time of any of several places: who gets to the
// nearest fire station in five minutes. It is immutable and safe for concurrent use.
type Reached struct {
	g      *Graph
	mode   Mode
	d      direction
	limit  time.Duration
	nodes  []time.Duration   // of every node; never where it takes longer than limit
	places map[int32][]*Snap // by edge
}

// Reached searches from all places at once, up to limit; inward asks for the ways to
// the places, not from them. Places are snapped for the same mode. Errors: those of
// ctx. It costs the part of the network that is reached and O(nodes) memory.
func (g *Graph) Reached(ctx context.Context, m Mode, places []Snap, limit time.Duration, inward bool) (*Reached, error) {
	r := &Reached{g: g, mode: m, d: forward, limit: limit, nodes: make([]time.Duration, len(g.places)), places: make(map[int32][]*Snap)}
	if inward {
		r.d = against
	}
	for i := range r.nodes {
		r.nodes[i] = never
	}
	s := g.begin(0)
	defer g.end(s)
	for i := range places {
		at := &places[i]
		g.start(s, m, r.d, at)
		r.places[at.edge] = append(r.places[at.edge], at)
	}
	err := g.spread(ctx, s, m, r.d, limit, func(x item) bool {
		r.nodes[x.at] = x.cost
		return true
	})
	return r, err
}

// Time returns how long it takes between a place, snapped for the same mode, and the
// nearest of those asked about; ok is false when that is longer than the limit.
func (r *Reached) Time(at *Snap) (best time.Duration, ok bool) {
	best = never
	for side, node := range [2]int32{r.g.from[at.edge], r.g.to[at.edge]} {
		if c := r.nodes[node]; c != never {
			if rest := r.g.arrive(r.mode, r.d, at, uint32(side)); rest != never {
				best = min(best, c+rest)
			}
		}
	}
	for _, p := range r.places[at.edge] {
		if c := r.g.direct(r.mode, r.d, p, at); c != never {
			best = min(best, c+p.leg()+at.leg())
		}
	}
	return best, best <= r.limit && best != never
}

// Within is Time of a point (lon/lat degrees) that is at most snapM metres off the
// network: whether one gets there within the limit.
func (r *Reached) Within(p orb.Point, snapM float64) bool {
	at, ok := r.g.Snap(r.mode, p, snapM)
	if !ok {
		return false
	}
	_, ok = r.Time(&at)
	return ok
}
