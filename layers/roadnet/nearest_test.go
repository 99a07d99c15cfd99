package roadnet_test

import (
	"errors"
	"slices"
	"testing"

	"wutu/layers/roadnet"
)

// bruteNearest asks for a route to every target.
func bruteNearest(t *testing.T, g *roadnet.Graph, q roadnet.Reach) []roadnet.Hit {
	t.Helper()
	var out []roadnet.Hit
	for i := range q.Targets {
		a, b := q.From, &q.Targets[i]
		if q.Inward {
			a, b = b, a
		}
		r, err := g.Route(t.Context(), q.Mode, a, b, q.Limit)
		if errors.Is(err, roadnet.ErrNoWay) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, roadnet.HitOf(i, r))
	}
	slices.SortStableFunc(out, func(a, b roadnet.Hit) int { return int(a.Time() - b.Time()) })
	if q.K > 0 && len(out) > q.K {
		out = out[:q.K]
	}
	return out
}
