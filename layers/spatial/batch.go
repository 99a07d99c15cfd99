package spatial

import (
	"context"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/layers"
	"wutu/layers/live"
)

// Ask is what a batch asks of every point.
type Ask struct {
	Levels  []layers.Level // whose owning areas
	Nearest []Target       // whose nearest features
}

// Target is a layer, or some of its features, of which the nearest one is asked.
type Target struct {
	Query layers.Query
	MaxM  float64 // metres, inclusive; 0: however far
}

// Looked is what a batch found, by level or target, then by point in the order of
// the request.
type Looked struct {
	Areas [][]Owner
	Near  [][]Neighbour
}

// Owner is the area that owns a point; Code is "" outside of all.
type Owner struct{ Code, Name string }

// Neighbour is the feature nearest to a point; OK is false when there is none.
type Neighbour struct {
	ID        string
	DistanceM float64
	OK        bool
}

// Batch answers the same questions for many points (lon/lat degrees): the areas
// that own them, as View.AreaAt, and the features nearest to them, ties to the
// lowest id. Errors: those of View.Finder and of ctx. The points are visited in
// Hilbert order, so that each begins where the last one ended; it costs a few
// microseconds for each point, area level and target.
func Batch(ctx context.Context, v *live.View, points []orb.Point, ask Ask) (*Looked, error) {
	finders := make([]*live.Finder, len(ask.Nearest))
	for i, t := range ask.Nearest {
		var err error
		if finders[i], err = v.Finder(ctx, t.Query); err != nil {
			return nil, err
		}
	}
	out := &Looked{Areas: make([][]Owner, len(ask.Levels)), Near: make([][]Neighbour, len(ask.Nearest))}
	for i := range out.Areas {
		out.Areas[i] = make([]Owner, len(points))
	}
	for i := range out.Near {
		out.Near[i] = make([]Neighbour, len(points))
	}
	_, order := index.Build(len(points), func(i int) orb.Bound { return orb.Bound{Min: points[i], Max: points[i]} })
	err := spread(ctx, len(order), func() func(i int) {
		seekers := make([]*live.Seeker, len(finders))
		for i, f := range finders {
			seekers[i] = f.Seeker()
		}
		return func(i int) {
			at := order[i]
			p := points[at]
			for k, level := range ask.Levels {
				if a, ok := v.AreaAt(level, p); ok {
					out.Areas[k][at] = Owner{Code: a.Code, Name: a.Name}
				}
			}
			for k, s := range seekers {
				if hit, ok := s.Nearest(p, ask.Nearest[k].MaxM); ok {
					out.Near[k][at] = Neighbour{ID: hit.ID(), DistanceM: hit.DistanceM, OK: true}
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for k, f := range finders {
		n := 0
		for _, x := range out.Near[k] {
			if x.OK {
				n++
			}
		}
		f.Took(n)
	}
	return out, nil
}
