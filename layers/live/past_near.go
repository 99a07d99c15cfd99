package live

import (
	"context"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
)

// The nearest of the past are looked for in circles that grow, so that no more of
// history is read than lies about as far away as the answer.
const (
	firstReachM = 250
	reachGrowth = 4
	lastReachM  = 300_000
)

// nearestPast is nearest for a plan about the past that has not been recalled.
func (p *plan) nearestPast(ctx context.Context, n Near) ([]Hit, error) {
	if p.never {
		return nil, ctx.Err()
	}
	at := orb.Bound{Min: n.Point, Max: n.Point}
	asked := p.search
	for reachM := float64(firstReachM); ; reachM *= reachGrowth {
		if n.RadiusM > 0 {
			reachM = n.RadiusM
		}
		whole := n.RadiusM == 0 && reachM > lastReachM
		p.search = asked
		if !whole {
			p.narrow([]orb.Bound{measure.Pad(at, reachM)})
		}
		if err := p.recall(ctx); err != nil {
			return nil, err
		}
		p.search = asked
		hits, err := p.nearest(ctx, n)
		if err != nil || whole || n.RadiusM > 0 || len(hits) == n.K && hits[n.K-1].DistanceM <= reachM {
			return hits, err
		}
	}
}

// planNear is plan for a question whose answers all lie in a box: of history no
// more is read.
func (v *View) planNear(ctx context.Context, q *layers.Query, box orb.Bound) (*plan, error) {
	p, err := v.prepare(ctx, q)
	if err != nil || p.now == nil {
		return p, err
	}
	asked := p.search
	p.narrow([]orb.Bound{box})
	err = p.recall(ctx)
	p.search = asked
	return p, err
}
