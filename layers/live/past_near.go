package live

import (
	"context"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
)

// The nearest of the past are looked for in reaches that grow, so that no more of
// history is read than lies about as far away as the answer.
const (
	firstReachM = 250
	reachGrowth = 4
	lastReachM  = 300_000
)

// reaching answers a question for the nearest about the past, whose plan has not
// been recalled. All that is within radiusM of the box, or the k nearest to it, are
// looked for by find, not farther away than it is told; 0 for no limit.
func (p *plan) reaching(ctx context.Context, box orb.Bound, k int, radiusM float64, find func(radiusM float64) ([]Hit, error)) ([]Hit, error) {
	if p.never {
		return nil, ctx.Err()
	}
	asked := p.search
	for reachM := float64(firstReachM); ; reachM *= reachGrowth {
		if radiusM > 0 {
			reachM = radiusM
		}
		whole := radiusM == 0 && (k == 0 || reachM > lastReachM)
		p.search = asked
		if !whole {
			p.narrow([]orb.Bound{measure.Pad(box, reachM)})
		}
		if err := p.recall(ctx); err != nil {
			return nil, err
		}
		p.search = asked
		if whole { // what is not resident lies anywhere
			reachM = 0
		}
		hits, err := find(reachM)
		if err != nil || whole || radiusM > 0 || len(hits) == k {
			return hits, err
		}
	}
}
