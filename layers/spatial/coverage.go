package spatial

import (
	"context"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/roadnet"
)

// Coverage asks whom facilities reach.
type Coverage struct {
	Facilities layers.Query
	Residents  layers.Query
	Weight     string  // numeric field of the residents to add up as well; "" none
	Res        int     // H3 resolution of the cells
	WithinM    float64 // reached are those at most so many metres from a facility; when Roads is nil
	Roads      *Roads  // nil: as the crow flies
}

// Roads says how residents get to a facility.
type Roads struct {
	Net   *roadnet.Graph
	Mode  roadnet.Mode
	Limit time.Duration // inclusive
	SnapM float64       // how far off the roads somebody may be
}

// Run counts the residents whom some facility reaches, in all and by cell. By metres
// a resident counts where any part of its geometry is near enough; by time with the
// point by which it is counted, on its way to the facility. Residents that the
// subject may only count are counted from their release. Errors: those of
// View.Finder and View.Cover.
func (c *Coverage) Run(ctx context.Context, v *live.View) (all live.Covered, cells []live.Covered, err error) {
	test, err := c.test(ctx, v)
	if err != nil {
		return live.Covered{}, nil, err
	}
	return v.Cover(ctx, c.Residents, live.Cover{Res: c.Res, Weight: c.Weight, Test: test})
}

// test returns the question whether somebody is reached, for one goroutine.
func (c *Coverage) test(ctx context.Context, v *live.View) (func(orb.Geometry) bool, error) {
	if c.Roads != nil {
		return c.byRoad(ctx, v)
	}
	f, err := v.Finder(ctx, c.Facilities)
	if err != nil {
		return nil, err
	}
	seek := f.Seeker()
	return remembered(func(g orb.Geometry) bool { return seek.Within(g, c.WithinM) }), nil
}

// byRoad searches the network once, from all facilities at the same time.
func (c *Coverage) byRoad(ctx context.Context, v *live.View) (func(orb.Geometry) bool, error) {
	var places []roadnet.Snap
	for r, err := range v.Unordered(ctx, c.Facilities) {
		if err != nil {
			return nil, err
		}
		if p, ok := r.Point(); ok {
			if at, ok := c.Roads.Net.Snap(c.Roads.Mode, p, c.Roads.SnapM); ok {
				places = append(places, at)
			}
		}
	}
	reached, err := c.Roads.Net.Reached(ctx, c.Roads.Mode, places, c.Roads.Limit, true)
	if err != nil {
		return nil, err
	}
	return remembered(func(g orb.Geometry) bool {
		p, ok := g.(orb.Point)
		if !ok {
			p = predicate.InteriorPoint(g)
		}
		return reached.Within(p, c.Roads.SnapM)
	}), nil
}

// maxRemembered bounds what remembered keeps.
const maxRemembered = 1 << 20

// remembered asks about every point once: hundreds of residents share a door.
func remembered(test func(orb.Geometry) bool) func(orb.Geometry) bool {
	known := make(map[orb.Point]bool)
	return func(g orb.Geometry) bool {
		p, ok := g.(orb.Point)
		if !ok {
			return test(g)
		}
		in, ok := known[p]
		if !ok {
			if len(known) == maxRemembered {
				clear(known)
			}
			in = test(g)
			known[p] = in
		}
		return in
	}
}
